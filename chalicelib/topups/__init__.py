"""Money in: intents, webhooks, repair of the unknown."""
