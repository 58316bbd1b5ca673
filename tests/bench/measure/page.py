"""The figures of a page, from the last `make bench`: `python -m tests.bench.measure.page` writes them where they stand.

They stand in one place, between two marks, so that nobody has to look for those that have changed.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

from tests.bench.measure import rows
from tests.bench.measure.prices import published
from tests.bench.measure.rows import Row

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "explanation" / "cost.md"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"
FOLLOWS = ("payment and all that follows, in full batches", "payment and all that follows, each alone")
SECONDS_OF_A_MONTH = 730 * 3600
_RATES = ((10, 1), (1_000, 0), (100_000, 0))
"""Payments a second, and which of `FOLLOWS` they come near to."""
SERVICES = ("API Gateway", "Lambda", "DynamoDB", "SQS", "KMS", "logs", "stream")
OPERATIONS = (
    "payment", "payment of a checkout", "duplicate", "refusal", "capture", "refund", "sign-in", "top-up", "webhook",
    "statement page",
)  # fmt: skip
COUNTS = ("requests", "read units", "write units", "billed by Lambda")
CPU, CPU_WITH_PYNAMODB = "CPU in the handler", "CPU in the handler, the usual one with pynamodb"
COLD = "CPU of a cold start, the first answer included"
PROCESSES = ("1 process", "8 processes")
SCENES = ("many wallets", "one hot wallet", "one hot merchant")


Found = dict[tuple[str, str], Row]
"""By operation and figure."""


def figures(found: list[Row]) -> str:
    """Markdown."""
    named = {(row.operation, row.figure): row for row in found}
    makers = (_in_words, _money, _months, _operations, _speed, _throughput)
    return "\n".join([*(make(named) for make in makers), _limits(found)])


def _in_words(found: Found) -> str:
    payment, full, alone = (found[name, "a million"] for name in ("payment", *FOLLOWS))
    shares = {name: (found["payment", f"a million, {name}"].ours or 0) / (payment.ours or 1) for name in SERVICES}
    prices = published()
    return (
        f"Measured with the prices of {prices.as_of} in {prices.region}.\n\n"
        f"**A million payments cost {payment.ours:.2f} dollars** in the request that the customer waits for: "
        f"{shares['DynamoDB']:.0%} of it\nis DynamoDB, {shares['API Gateway']:.0%} API Gateway. With all that follows "
        f"(settlement, totals, notices) they cost **{full.ours:.2f}**\nwhere they come in full batches and "
        f"**{alone.ours:.2f}** where each comes alone. The usual way pays {payment.usual:.2f} for its request,\n"
        "and settles nothing yet.\n"
    )


def _money(found: Found) -> str:
    lines = [
        "| dollars, a million | payment | usual way | all that follows, full batches | each alone |",
        "|---|---|---|---|---|",
    ]
    batches, alone = FOLLOWS
    for service in (*SERVICES, None):
        figure = f"a million, {service}" if service else "a million"
        one = found["payment", figure]
        cells = (one.ours, one.usual, found[batches, figure].ours, found[alone, figure].ours)
        lines.append(_line(service or "**together**", *(f"{cell:.2f}" if cell is not None else "–" for cell in cells)))
    idle = found["a month in which nothing happens", "all of it"].ours
    parts = [row for (operation, figure), row in found.items()
             if operation == "a month in which nothing happens" and figure != "all of it"]  # fmt: skip
    told = ", ".join(f"{row.figure} {row.ours:.2f}" for row in parts)
    kept = found["payment", "a million, kept for a month"].ours
    return (
        "\n".join(lines)
        + f"\n\nA month in which nothing happens: {idle:.2f} ({told}). "
        + (f"What a million payments leave behind: {kept:.2f} a month.\n")
    )


def _months(found: Found) -> str:
    lines = ["| payments a second, all month | payments | dollars, by the list |", "|---|---|---|"]
    for rate, follows in _RATES:
        millions = rate * SECONDS_OF_A_MONTH / 1e6
        cost = millions * (found[FOLLOWS[follows], "a million"].ours or 0)
        lines.append(_line(f"{rate:,}", f"{millions:,.0f} million", f"{_rounded(cost):,}"))
    return "\n".join(lines) + "\n"


def _rounded(dollars: float) -> int:
    """To three digits."""
    return int(round(dollars, 2 - math.floor(math.log10(dollars)))) if dollars else 0


def _operations(found: Found) -> str:
    lines = [
        "| operation | requests | read units | write units | Lambda, ms | dollars, a million |",
        "|---|---|---|---|---|---|",
    ]
    for name in OPERATIONS:
        counts = (rows.shown(found[name, figure].ours) for figure in COUNTS)
        lines.append(_line(name, *counts, f"{found[name, 'a million'].ours:.2f}"))
    return "\n".join(lines) + "\n"


def _speed(found: Found) -> str:
    cpu, pynamodb = (
        found["payment", CPU],
        found["payment", CPU_WITH_PYNAMODB],
    )
    lines = ["| CPU of a payment, ms | |", "|---|---|"]
    named = {"ours": cpu.ours, "usual handler": cpu.usual, "the same with pynamodb": pynamodb.usual, "floor": cpu.floor}
    lines += [_line(name, rows.shown(number)) for name, number in named.items()]
    starts = {row.operation: row for (_, figure), row in found.items() if figure == COLD}
    lines += ["", "| CPU of a cold start, ms | |", "|---|---|"]
    lines += [_line(f"`{name}`", f"{row.ours:.0f}") for name, row in starts.items()]
    return "\n".join([*lines, _line("empty app", f"{starts['money'].floor:.0f}")]) + "\n"


def _throughput(found: Found) -> str:
    lines = [
        "| payments on the local engine | a second | p50, ms | p99, ms | usual: a second | p50 | p99 |",
        "|---|---|---|---|---|---|---|",
    ]
    for scene in SCENES:
        for processes in PROCESSES:
            name = f"payments, {scene}, {processes}"
            three = [found[name, figure] for figure in ("made", "p50", "p99")]
            cells = [*(row.ours for row in three), *(row.usual for row in three)]
            lines.append(_line(f"{scene}, {processes}", *(f"{cell:.0f}" for cell in cells)))
    return "\n".join(lines) + "\n"


def _limits(found: list[Row]) -> str:
    """Of what must not grow at all and of what may grow a little, the worst."""
    limited = [row for row in found if row.limit is not None]
    growth = [row for row in limited if row.figure.startswith("growth")]
    counts, times = ([row for row in growth if (row.limit == 0) == nothing] for nothing in (True, False))
    lines = ["| limit | is | at most |", "|---|---|---|"]
    lines += [_limit(f"{row.operation}: {row.figure}", row) for row in limited if row not in growth]
    lines.append(_limit("growth of requests and units, all operations and sizes", max(counts, key=_ours)))
    lines.append(_limit("growth of CPU, the worst of all operations and sizes", max(times, key=_ours)))
    return "\n".join(lines) + "\n"


def _limit(name: str, row: Row) -> str:
    return _line(name, rows.shown(row.ours), rows.shown(row.limit))


def _ours(row: Row) -> float:
    return math.inf if row.ours is None else row.ours


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def written(text: str, found: list[Row]) -> str:
    """The page with other figures."""
    pattern = re.escape(BEGIN) + ".*" + re.escape(END)
    return re.sub(pattern, lambda _: BEGIN + figures(found) + END, text, flags=re.DOTALL)


def main() -> None:
    found = rows.read(ROOT / "build" / "bench.json")
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
