"""Events as the house files them, made by DuckDB itself from a seed; the same seed, the same files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
DAYS, MERCHANTS, PEOPLE = 60, 5_000, 400_000
OPEN_DAYS = 2
_FEW = "1GB"
_HOW = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"


def write(folder: Path, count: int, seed: int) -> list[str]:
    """The files, as compaction leaves them: days that are over in one, the last two by hour. Traffic follows the hour,
    few merchants sell most."""
    connection = duckdb.connect(":memory:", config={"memory_limit": _FEW, "threads": 2})
    for day in range(DAYS):
        least, most = count * day // DAYS, count * (day + 1) // DAYS
        date = (BEGIN + timedelta(days=day)).date()
        text = _OF_A_DAY.format(seed=seed, least=least, most=most, begin=date)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE whole AS {text}")
        if day < DAYS - OPEN_DAYS:
            _file(connection, folder / f"day={date}" / "hour=all", "true")
        else:
            for hour in range(24):
                _file(connection, folder / f"day={date}" / f"hour={hour:02}", f"hour(happened_at) = {hour}")
        print(f"\rbench-insight: made day {day + 1} of {DAYS}", end="", flush=True)
    print()
    return sorted(map(str, folder.rglob("*.parquet")))


def _file(connection: duckdb.DuckDBPyConnection, folder: Path, kept: str) -> None:
    folder.mkdir(parents=True)
    text = f"SELECT * FROM whole WHERE {kept} ORDER BY happened_at, id"
    connection.execute(f"COPY ({text}) TO '{folder}/events.parquet' ({_HOW})")


_DICE = "(hash(hash(n, {seed}, '{{0}}')) >> 11) / 9007199254740992.0"


def _dice(name: str) -> str:
    return _DICE.replace("{{0}}", name)


_OF_A_DAY = f"""
WITH drawn AS (
    SELECT n, {_dice("hour")} AS hour_die, {_dice("second")} AS second_die, {_dice("kind")} AS kind_die,
        {_dice("person")} AS person_die, {_dice("merchant")} AS merchant_die, {_dice("outcome")} AS outcome_die,
        {_dice("amount")} AS amount_die, {_dice("rest")} AS rest_die
    FROM range({{least}}, {{most}}) AS numbers(n)
), events AS (
    SELECT n, kind_die, person_die, merchant_die, outcome_die, amount_die, rest_die,
        TIMESTAMP '{{begin}} 00:00:00' + to_microseconds(CAST(least(floor((6 + 18 * sqrt(hour_die)) % 24), 23)
            * 3600000000 + floor(second_die * 3600000000) AS BIGINT)) AS happened_at,
        CASE WHEN kind_die < 0.62 THEN 'payment' WHEN kind_die < 0.80 THEN 'top-up'
            WHEN kind_die < 0.92 THEN 'transfer' WHEN kind_die < 0.97 THEN 'refund' ELSE 'withdrawal' END AS kind
    FROM drawn
)
SELECT 'ent_' || lpad(CAST(n AS VARCHAR), 12, '0') AS id, CAST(1 AS UTINYINT) AS schema, kind, happened_at,
    'wal_' || CAST(floor(person_die * {PEOPLE}) AS INTEGER) AS account, 'mov_' || n AS movement,
    'p' || CAST(floor(person_die * {PEOPLE}) AS INTEGER) AS person,
    CASE WHEN kind IN ('payment', 'refund')
        THEN 'mer_' || CAST(floor(pow(merchant_die, 3) * {MERCHANTS}) AS INTEGER) END AS merchant,
    CASE WHEN kind IN ('payment', 'refund') THEN ['food', 'transport', 'shops', 'leisure', 'health'][
        1 + CAST(floor(pow(merchant_die, 3) * {MERCHANTS}) AS INTEGER) % 5] END AS category,
    CASE WHEN rest_die < 0.8 THEN 'app' WHEN rest_die < 0.95 THEN 'merchant-api' ELSE 'web' END AS channel,
    CASE WHEN kind IN ('top-up', 'withdrawal') THEN ['stripe', 'alipay', 'wechatpay', 'bank-a', 'bank-b'][
        1 + CAST(floor(merchant_die * 5) AS INTEGER)] END AS processor,
    CASE WHEN kind = 'top-up' THEN CASE WHEN rest_die < 0.5 THEN 'card' ELSE 'transfer' END END AS method,
    'CN-' || (11 + n % 20) AS region, CAST(n % 3 AS UTINYINT) AS tier,
    CASE WHEN rest_die < 0.55 THEN 'ios' WHEN rest_die < 0.95 THEN 'android' END AS device,
    CASE WHEN outcome_die < 0.965 THEN 'succeeded' WHEN outcome_die < 0.99 THEN 'refused' ELSE 'failed' END
        AS outcome,
    CASE WHEN outcome_die >= 0.965 THEN ['insufficient-funds', 'limit-reached', 'wallet-frozen'][1 + n % 3] END
        AS reason,
    CASE WHEN n % 10 = 0 THEN 'EUR' ELSE 'CNY' END AS currency,
    CAST(1 + floor(exp(amount_die * 11)) AS BIGINT) AS amount,
    CASE WHEN kind = 'payment' THEN CAST(floor(exp(amount_die * 11) * 0.006) AS BIGINT) END AS fee,
    CASE kind WHEN 'top-up' THEN 1 WHEN 'withdrawal' THEN -1 ELSE 0 END
        * CAST(1 + floor(exp(amount_die * 11)) AS BIGINT) AS owed,
    CASE kind WHEN 'payment' THEN 1 WHEN 'refund' THEN -1 ELSE 0 END
        * CAST(1 + floor(exp(amount_die * 11)) AS BIGINT) AS settling,
    CAST(20 + floor(pow(rest_die, 8) * 3000) AS BIGINT) AS took_ms
FROM events
"""
