"""Coupons: what the house pays of somebody's purchase, within budgets that no rush exceeds."""
