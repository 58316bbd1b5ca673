"""By when we decide: the final answer to a complaint, as the policy of the customer's area counts it."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.policy import calendars
from chalicelib.policy import service as policy


def decide_by(jurisdiction: str, at: datetime) -> datetime:
    """In bank days of the area's currency where it counts business days."""
    rule, currency = policy.complaints_of(jurisdiction, at), policy.currency_of(jurisdiction, at)
    if rule.counted_in == "calendar":
        return at + timedelta(days=rule.final_answer_days)
    first = last = calendars.day_of(currency, at)
    for _ in range(rule.final_answer_days):
        last = calendars.bank_day_after(currency, last)
    return at + (last - first)
