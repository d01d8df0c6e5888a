"""The nouns: a cluster, who calls its API server, what must hold, and what is said about it.

Frozen values and closed sets, standard library only. Nothing here decides, prints or knows JSON.
"""

FACTS_EDITION = "2026-06-18"
"""The edition of the EKS documentation that the tables of this project encode."""
