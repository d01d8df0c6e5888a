"""Outside formats, one module each: a document in, the cluster description that was understood out."""
