"""Reads a live AWS account, with calls that change nothing, into the documents that intake understands."""
