"""What the service costs, measured and never asserted as a time: ``python -m tests.bench``."""
