"""Ready-made reports that no question can say: SQL of ours over `events`, whatever varies a parameter. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

Name = Literal["settlement-ageing", "liability", "breakage"]
UNTOUCHED_DAYS: Final = 365
COLUMNS: Mapping[Name, tuple[str, ...]] = {
    "settlement-ageing": ("age", "currency", "captures", "unsettled"),
    "liability": ("time", "currency", "change", "owed"),
    "breakage": ("year", "currency", "wallets", "held"),
}
AMOUNTS: Final = ("unsettled", "change", "owed", "held")
"""Columns in minor units of the currency beside them."""
_AGEING = """
WITH captured AS (
  SELECT coalesce(merchant, '') AS merchant, currency, happened_at, settling,
    sum(settling) OVER (PARTITION BY coalesce(merchant, ''), currency ORDER BY happened_at, id) AS so_far
  FROM events WHERE settling > 0 AND happened_at < CAST($until AS TIMESTAMP)
), released AS (
  SELECT coalesce(merchant, '') AS merchant, currency, -sum(settling) AS amount
  FROM events WHERE settling < 0 AND happened_at < CAST($until AS TIMESTAMP) GROUP BY 1, 2
), waiting AS (
  SELECT currency, CAST($until AS TIMESTAMP) - happened_at AS age,
    least(settling, so_far - coalesce(amount, 0)) AS unsettled
  FROM captured LEFT JOIN released USING (merchant, currency) WHERE so_far > coalesce(amount, 0)
), aged AS (
  SELECT currency, unsettled, CASE WHEN age < INTERVAL 1 HOUR THEN 1 WHEN age < INTERVAL 1 DAY THEN 2
    WHEN age < INTERVAL 3 DAY THEN 3 ELSE 4 END AS place
  FROM waiting
)
SELECT list_extract(['under-1-hour', 'under-1-day', 'under-3-days', 'older'], place) AS age, currency,
  count(*) AS captures, CAST(sum(unsettled) AS BIGINT) AS unsettled
FROM aged GROUP BY place, currency ORDER BY place, currency
"""
"""A settlement, or a refund of what is not settled yet, stands for what was captured first of that merchant."""
_LIABILITY = """
WITH changes AS (
  SELECT date_trunc('day', happened_at) AS time, currency, sum(owed) AS change
  FROM events WHERE owed IS NOT NULL AND happened_at < CAST($until AS TIMESTAMP) GROUP BY 1, 2
), days AS (
  SELECT CAST(unnest(generate_series(
    greatest((SELECT min(time) FROM changes), CAST($since AS TIMESTAMP)),
    CAST($until AS TIMESTAMP) - INTERVAL 1 MICROSECOND, INTERVAL 1 DAY)) AS TIMESTAMP) AS time
), calendar AS (
  SELECT time, currency, change FROM changes
  UNION ALL SELECT time, currency, 0 FROM days CROSS JOIN (SELECT DISTINCT currency FROM changes)
), told AS (
  SELECT time, currency, sum(change) AS change FROM calendar GROUP BY 1, 2
), running AS (
  SELECT time, currency, change, sum(change) OVER (PARTITION BY currency ORDER BY time) AS owed FROM told
)
SELECT time, currency, CAST(change AS BIGINT), CAST(owed AS BIGINT)
FROM running WHERE time >= CAST($since AS TIMESTAMP) ORDER BY time, currency
"""
"""Days on which nothing happened have a row too."""
_BREAKAGE = """
WITH moves AS (
  SELECT account AS wallet, currency, change AS part, happened_at FROM events WHERE change IS NOT NULL
  UNION ALL SELECT other, currency, other_change, happened_at FROM events WHERE other_change IS NOT NULL
), wallets AS (
  SELECT wallet, currency, sum(part) AS held, max(happened_at) AS last_at
  FROM moves WHERE starts_with(wallet, 'wal_') AND happened_at < CAST($until AS TIMESTAMP) GROUP BY 1, 2
)
SELECT CAST(year(last_at) AS VARCHAR) AS year, currency, count(*) AS wallets, CAST(sum(held) AS BIGINT) AS held
FROM wallets WHERE held > 0 AND last_at < CAST($until AS TIMESTAMP) - to_days($days)
GROUP BY 1, 2 ORDER BY 1, 2
"""
"""A wallet was touched last by whatever moved money of it, in or out."""
_TEXTS: Mapping[Name, str] = {"settlement-ageing": _AGEING, "liability": _LIABILITY, "breakage": _BREAKAGE}


def statement(name: Name, since: datetime, until: datetime) -> tuple[str, Mapping[str, Any]]:
    """Of all that happened before `until`; of a running sum the days from `since` on are shown."""
    known = {"since": since.replace(tzinfo=None), "until": until.replace(tzinfo=None), "days": UNTOUCHED_DAYS}
    return _TEXTS[name], {key: value for key, value in known.items() if f"${key}" in _TEXTS[name]}
