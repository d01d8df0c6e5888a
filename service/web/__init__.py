"""The edge: the only package that knows HTTP, Flask and marshmallow."""
