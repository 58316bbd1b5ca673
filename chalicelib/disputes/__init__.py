"""Disputes of payments: only the disputed amount is put aside, until somebody gives in, decides, or a clock ends."""
