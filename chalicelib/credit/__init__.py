"""Purchases paid in instalments, and small loans: what they cost, when each part is due, how a plan ends."""
