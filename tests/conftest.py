"""How tests start: with the same random examples in every run, and held to no clock by Hypothesis."""

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")
