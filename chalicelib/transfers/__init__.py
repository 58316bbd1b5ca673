"""Money from person to person: transfers, and what waits before they arrive."""
