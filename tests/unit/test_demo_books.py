"""The second opinion and the front door's own answers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.ledger import store
from chalicelib.notices import service as notices
from chalicelib.settings import settings
from infra.local import second_opinion, visits
from tests.conftest import FrozenClock
from tests.ledger_kit import AT, WALLET, open_wallet, put_in, spend

WEBHOOK = {"type": "topup.succeeded", "data": {"metadata": {"topup_id": "top_1"}}}


def get(target: str) -> tuple[int, dict[str, Any]]:
    return visits.answer("GET", target, b"")


@pytest.fixture
def moved(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits, "_reader", visits._Books())
    open_wallet(AT - timedelta(seconds=1))
    put_in(1_000, AT)
    spend(300, AT + timedelta(seconds=1))


def test_the_books_are_shown_as_the_tour_reads_them(moved: None) -> None:
    assert get("/_local/books") == (
        200,
        {
            "CNY": {
                "sum": 0,
                "customers": 700,
                "merchants": 0,
                "system": {"clearing:sandbox": -1_000, "settling": 300},
            },
            "entries": 2,
            "balanced": True,
        },
    )


def test_the_second_opinion_agrees_with_the_ledger(moved: None) -> None:
    opinion = second_opinion.fold(store.everything(settings().journal_table))
    assert (opinion.entries, opinion.crooked, opinion.sums["CNY"]) == (2, [], 0)
    assert opinion.balances[WALLET] == 700


def test_the_second_opinion_counts_copies_once_and_sees_what_does_not_balance() -> None:
    entry = {"id": {"S": "ent_1"}, "currency": {"S": "CNY"}, "postings": {"M": {"a": {"N": "5"}, "b": {"N": "-4"}}}}
    opinion = second_opinion.fold([entry, entry])
    assert (opinion.entries, opinion.crooked, opinion.sums["CNY"]) == (1, ["ent_1"], 1)


def test_the_outbox_shows_what_was_sent_newest_first(cloud: None) -> None:
    for minutes in (0, 1):
        at = AT + timedelta(minutes=minutes)
        notices.send(
            "ana@coffer.example", "en", "sign_up_code", {"code": f"00000{minutes}", "minutes": 10, "name": "Ana"}, at
        )
    status, found = get("/_local/outbox?to=ana%40coffer.example")
    assert status == 200
    assert ["000001" in message["body"] for message in found["data"]] == [True, False]
    assert found["data"][0].keys() == {"to", "channel", "subject", "body", "at", "attachments"}


def test_a_webhook_that_went_through_the_door_is_remembered_with_its_signature() -> None:
    body = json.dumps(WEBHOOK).encode()
    visits.remember({"Webhook-Id": "msg_1", "Content-Type": "application/json", "Authorization": "secret"}, body)
    headers = {"webhook-id": "msg_1", "content-type": "application/json"}
    assert get("/_local/webhooks/last?topup_id=top_1") == (200, {"headers": headers, "body": body.decode()})


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'{"data": null}', b'{"data": {"metadata": {"topup_id": []}}}'])
def test_what_is_no_webhook_of_ours_is_forgotten(body: bytes) -> None:
    visits.remember({}, body)


@pytest.mark.parametrize("target", ["/_local/", "/_local/secrets", "/_local/webhooks/last?topup_id=../x"])
def test_anything_else_is_not_there(target: str) -> None:
    assert get(target) == (404, {"code": "not-found"})


def test_a_visit_needs_json() -> None:
    assert visits.answer("POST", "/_local/tour", b"{")[0] == 400
