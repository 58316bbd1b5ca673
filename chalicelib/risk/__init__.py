"""Freezes: a wallet that may not spend, for a reason its owner may read, until somebody looks at it again."""
