"""How an organisation decides: its policy as nouns, what it makes of a question, and its own rules."""
