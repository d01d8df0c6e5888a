"""A decision as a picture: what is drawn (`subject`, `paths`), where (`layout` and its neighbours), how (`svg`)."""
