"""One module per resource; a route loads, calls and dumps."""
