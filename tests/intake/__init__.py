"""From documents in other formats to cluster descriptions."""
