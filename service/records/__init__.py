"""Decisions kept and found again: the record, where it is stored, and what happens when the store does not answer."""
