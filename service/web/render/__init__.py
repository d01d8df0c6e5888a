"""A decision in the forms that go out: JSON for programs, Markdown for tickets."""
