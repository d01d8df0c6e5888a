"""Who may call: keys and tokens, what each route needs, and how much a caller may ask for."""
