"""The rules of money out, without anything to keep it in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.identity.model_funding import masked
from chalicelib.kernel import money
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.policy import service as policy
from chalicelib.processors.model import ProcessorEvent
from chalicelib.settlement import model_sending as model
from chalicelib.settlement.model_funding import WAYS, destination

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
FOUND: dict[str, Any] = {"pk": "wdr_1", "amount": 2_000, "currency": "CNY", "reference": "po_1"}
TOLD = ProcessorEvent(
    "query_po_1", "sandbox", "payout_succeeded", AT, reference="po_1", amount=2_000, currency="CNY", account="coffer",
    payout_id="wdr_1",
)  # fmt: skip


@given(some.text(min_size=1, max_size=80))
def test_a_label_shows_four_characters_at_most_and_hides_as_many_at_least(written: str) -> None:
    shown = masked(written).removeprefix("••••").removeprefix(" ")
    assert len(shown) <= 4 and written.endswith(shown)
    assert not shown or len(written) - len(shown) >= 4


@given(some.sampled_from(sorted(WAYS)), some.text(max_size=80))
def test_a_destination_is_kept_in_a_form_that_is_kept_again_or_refused(processor: str, typed: str) -> None:
    try:
        kept = destination(WAYS[processor], typed)
    except InvalidRequest as refusal:
        assert refusal.param == "destination"
    else:
        assert destination(WAYS[processor], kept) == kept and kept.isascii() and " " not in kept


@pytest.mark.parametrize("kind", ["payout_succeeded", "payout_failed"])
def test_what_is_told_as_we_know_it_differs_in_nothing(kind: Any) -> None:
    assert model.difference(replace(TOLD, kind=kind), FOUND, "coffer") is None
    assert model.difference(replace(TOLD, kind=kind), FOUND | {"reference": ""}, "coffer") is None


@pytest.mark.parametrize(
    ("name", "lie"),
    [("payout_id", "wdr_2"), ("amount", 1_999), ("currency", "USD"), ("account", "another"), ("reference", "po_2")],
)
def test_a_success_must_tell_every_fact_and_a_failure_none_otherwise(name: str, lie: Any) -> None:
    failed = replace(TOLD, kind="payout_failed")
    for event in (replace(TOLD, **{name: lie}), replace(TOLD, **{name: None}), replace(failed, **{name: lie})):
        assert model.difference(event, FOUND, "coffer") == name
    assert model.difference(replace(failed, **{name: None}), FOUND, "coffer") is None


def test_every_currency_has_its_least_withdrawal() -> None:
    least = {pack.currency: policy.least_withdrawal(pack.jurisdictions[0], AT) for pack in policy.packs()}
    assert least.keys() == money.EXPONENTS.keys() and all(one > 1 for one in least.values())
