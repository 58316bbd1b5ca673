"""Accounts, journal, holds, receipts: the only writer of balances."""
