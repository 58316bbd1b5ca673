"""How Coffer is just now: incidents and maintenance, told to everybody in their language."""
