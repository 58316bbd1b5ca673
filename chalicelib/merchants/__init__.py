"""Who takes payments: terms, API keys, checkouts, and what has been settled with them."""
