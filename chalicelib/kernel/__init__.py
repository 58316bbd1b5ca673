"""What every room stands on: money, ids, clock, errors, text. Standard library only."""
