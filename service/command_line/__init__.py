"""The command line: the same questions, documents and decisions as over HTTP, in this process."""
