"""Stories: one request each, and what must come out of it and why."""
