"""Decides how open the endpoint of an EKS cluster should be, and shows the path that says so."""

__version__ = "0.1.0"
