"""Coffer: a prepaid wallet platform, one room per capability (see README, "The house")."""
