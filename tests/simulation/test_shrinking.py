"""A failing run becomes the shortest script that still fails, and says how to repeat it."""

from __future__ import annotations

import pytest

from chalicelib.ledger import items
from tests.simulation import shrinking
from tests.simulation.plays import AT_SHOPS
from tests.simulation.run import run


def always() -> bool:
    return True


def test_finds_the_decisions_that_matter() -> None:
    needed = {3, 57, 90}
    assert shrinking.reduced(list(range(100)), lambda script: needed <= set(script), always) == sorted(needed)


def test_stops_when_time_is_over() -> None:
    assert shrinking.reduced(list(range(100)), lambda script: True, lambda: False) == list(range(100))


@pytest.mark.parametrize("script", [[3], [3, 4, 5], [1, 3, 4, 9]])
def test_a_script_is_read_as_it_is_written(script: list[int]) -> None:
    assert shrinking.read(shrinking.written(script)) == script


def test_a_bug_in_the_product_is_found_and_its_script_fails_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """A debit without its condition: wallets would be overdrawn."""
    head_update = items.head_update

    def careless(change: object, at: object) -> dict[str, object]:
        written = head_update(change, at)  # type: ignore[arg-type]
        kept = [one for one in written["Update"]["ConditionExpression"].split(" AND ") if "#available >=" not in one]
        used = " ".join([*kept, written["Update"]["UpdateExpression"]])
        values = written["Update"]["ExpressionAttributeValues"]
        values = {name: value for name, value in values.items() if f"{name} " in used + " " or f"{name}," in used or
                  f"{name})" in used}  # fmt: skip
        changed = {"ConditionExpression": " AND ".join(kept), "ExpressionAttributeValues": values}
        return {"Update": {**written["Update"], **changed}}

    monkeypatch.setattr(items, "head_update", careless)
    script = list(range(1_500))
    outcome = run(5, script, AT_SHOPS)
    assert outcome.violation.startswith("no wallet is overdrawn")
    advice = shrinking.shortest(outcome, script, most_seconds=10)
    shortened = shrinking.read(advice.split("--only ")[1])
    assert len(shortened) < outcome.failed_at
    assert run(5, shortened, AT_SHOPS).violation.startswith("no wallet is overdrawn")
