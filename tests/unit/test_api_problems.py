"""Every error has a status and sentences in both languages."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from chalicelib.api import guard, problems
from chalicelib.cases import model as cases
from chalicelib.kernel import errors, ids, text
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.errors import CofferError, NotFound, every_error
from chalicelib.kernel.idempotency import Receipt
from chalicelib.ledger import model as ledger
from chalicelib.ledger.items import movement_item
from chalicelib.ledger.wire import item, size
from chalicelib.merchants import model as merchants
from chalicelib.payments.model import PaymentView
from chalicelib.policy.model import LIMITS, Lift
from chalicelib.policy.pack import Need
from chalicelib.topups import model as topups

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 22, tzinfo=UTC)
SAID_BY_THE_TITLE = {"internal-error", "unavailable"}
"""Their title says already what to do."""
MOST = 10_000_000_000
PAYMENT = ids.derived("pay", "a")
LIFT = Lift(2, get_args(Need), dict.fromkeys(LIMITS, MOST))
REFUSALS: list[CofferError] = [
    errors.InsufficientFunds(missing=MOST, currency="HKD"),
    *(errors.LimitReached(limit=limit, maximum=MOST, currency="HKD") for limit in ("per_movement", "top_up")),
    *(errors.LimitReached(limit=limit, maximum=MOST, currency="HKD") for limit in ("day", "month", "year", "balance")),
    *(errors.LimitReached(limit=limit, maximum=MOST, currency="HKD", lifts=LIFT) for limit in ("day", "balance")),
    errors.WalletFrozen(reason="汉" * 33),
    errors.ProbableDuplicate(payment_id=PAYMENT),
    errors.RefundExceedsCapture(refundable=MOST, currency="HKD"),
    errors.ExceedsWhatIsLeft(left=MOST, currency="HKD"),
    errors.BelowLeastPart(least=MOST, currency="HKD"),
    errors.MerchantFundsInsufficient(),
]
OURS = [kind for kind in every_error() if kind.__module__ == "chalicelib.kernel.errors"]


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.code)
def test_every_error_has_a_status_and_a_title_in_both_languages(kind: type[CofferError]) -> None:
    assert problems.STATUS[kind] >= 400, f"give {kind.__name__} a status in chalicelib/api/problems.py"
    for language in text.LANGUAGES:
        title = text.unfilled(f"errors.{kind.code}.title", language)
        assert title, f"write errors.{kind.code}.title in catalogues/errors.json"


def test_every_code_names_one_error() -> None:
    assert len({kind.code for kind in OURS}) == len(OURS)


def test_a_problem_has_exactly_the_fields_of_its_error() -> None:
    body = json.loads(problems.receipt(NotFound(param="id"), "en", "req_1").body)
    assert body == {
        "type": "urn:coffer:error:not-found",
        "title": "There is nothing here.",
        "status": 404,
        "code": "not-found",
        "request_id": "req_1",
        "doc_url": "https://coffer.test/docs#not-found",
        "param": "id",
        "detail": "It does not exist, or it is not yours. Check the address and the id.",
    }


def states() -> Iterator[str]:
    """Those written in the code, and those that the rooms' states may have."""
    texts = (file.read_text(encoding="utf-8") for file in (ROOT / "chalicelib").glob("*/*.py"))
    for text_of_file in (one for one in texts if "InvalidState(" in one):
        for node in ast.walk(ast.parse(text_of_file)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InvalidState":
                parts = [part for keyword in node.keywords for part in ast.walk(keyword.value)]
                values = [part.value for part in parts if isinstance(part, ast.Constant)]
                yield from (value for value in values if isinstance(value, str) and value != "state")
    payments = get_type_hints(PaymentView)["status"]
    for kind in (cases.State, ledger.Status, merchants.Status, merchants.CheckoutStatus, payments, topups.Status):
        yield from get_args(kind)


def detail(error: CofferError, language: str = "en") -> str:
    return str(json.loads(problems.receipt(error, language, "req_1").body).get("detail", ""))


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.code)
def test_every_error_says_what_to_do_in_both_languages(kind: type[CofferError]) -> None:
    key = f"errors.{kind.code}.detail"
    assert text.has(key) != (kind.code in SAID_BY_THE_TITLE), f"write {key} in catalogues/errors.json"
    if text.has(key):
        assert all(text.unfilled(key, language) for language in text.LANGUAGES)


@pytest.mark.parametrize("state", sorted(set(states())))
def test_every_state_has_words_in_both_languages(state: str) -> None:
    assert text.has(f"states.{state}"), f"write states.{state} in catalogues/errors.json"
    assert text.unfilled(f"states.{state}", "zh").isascii() is False
    for language in text.LANGUAGES:
        assert text.unfilled(f"states.{state}", language)


def test_a_state_is_told_in_words_and_stays_a_member_as_it_is() -> None:
    body = json.loads(problems.receipt(errors.InvalidState(state="voided"), "zh", "req_1").body)
    assert (body["state"], "已撤销" in body["detail"], "voided" in body["title"] + body["detail"]) == (
        "voided",
        True,
        False,
    )


@pytest.mark.parametrize("limit", ["per_movement", "top_up", "day", "month", "year", "balance"])
def test_a_limit_is_told_as_money_in_a_sentence_of_its_own(limit: str) -> None:
    told = detail(errors.LimitReached(limit=limit, maximum=1_250, currency="CNY"))
    assert "¥12.50" in told
    assert told != detail(errors.LimitReached(limit="another", maximum=1_250, currency="CNY"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.InsufficientFunds(missing=250, currency="CNY"), "¥2.50 is missing"),
        (errors.RefundExceedsCapture(refundable=99, currency="USD"), "$0.99"),
        (errors.ExceedsWhatIsLeft(left=99, currency="USD"), "$0.99"),
        (errors.BelowLeastPart(least=99, currency="USD"), "$0.99"),
        (errors.InvalidRequest(param="password", reason="too-common"), "password"),
        (errors.InvalidRequest(param="description", maximum_bytes=100), "100 bytes"),
        (errors.InvalidSignature(), "within 300 s"),
        (errors.InvalidSignature(), "raw body"),
        (errors.AmountOutOfRange(maximum=7), "from 1 to 7"),
    ],
    ids=lambda given: given if isinstance(given, str) else given.code,
)
def test_a_detail_is_as_exact_as_its_facts(error: CofferError, said: str) -> None:
    assert said in detail(error)


def test_without_its_facts_an_error_keeps_to_the_general_sentence() -> None:
    assert detail(errors.InsufficientFunds()) == "No money has moved."
    assert detail(errors.LimitReached(limit="day")) == detail(errors.LimitReached())
    assert detail(errors.InvalidState()) == ""


def test_a_param_that_looks_like_a_format_is_only_a_name() -> None:
    assert detail(errors.InvalidRequest(param="{0.x}")) == detail(errors.InvalidRequest())


@pytest.mark.parametrize(
    ("kinds", "given", "title"),
    [
        (frozenset({Merchant}), None, "This API key is not accepted."),
        (frozenset({Merchant, Customer}), "Bearer mk_é", "This API key is not accepted."),
        (frozenset({Merchant, Customer}), None, "Please sign in again."),
    ],
)
def test_only_who_can_sign_in_is_asked_to(kinds: frozenset[type], given: str | None, title: str) -> None:
    with pytest.raises(errors.InvalidToken) as refused:
        guard.caller_of(given, kinds, AT)
    body = json.loads(problems.receipt(refused.value, "en", "req_1").body)
    assert (body["status"], body["code"], body["title"]) == (401, "invalid-token", title)


@pytest.mark.parametrize("language", text.LANGUAGES)
@pytest.mark.parametrize("state", [None, *sorted(set(states()))])
def test_a_refusal_is_kept_with_its_detail(monkeypatch: pytest.MonkeyPatch, language: str, state: str | None) -> None:
    """At an address as long as API Gateway's own."""
    monkeypatch.setattr(
        problems, "doc_url", lambda code: f"https://{'a' * 10}.execute-api.eu-west-1.amazonaws.com/v1/docs#{code}"
    )
    for error in REFUSALS if state is None else [errors.InvalidState(state=state)]:
        body = problems.receipt(error, language, "3f0c9f3e-5d2b-4c55-9f6e-0a4f6d1c2b7a").body
        assert len(body.encode()) <= problems.KEPT_BYTES, (len(body.encode()), body)
        assert "detail" in body, (error, body)


def test_a_refusal_too_long_to_be_kept_goes_without_its_detail() -> None:
    body = json.loads(problems.receipt(errors.WalletFrozen(reason="汉" * 150), "zh", "req_1").body)
    assert ("detail" in body, body["reason"]) == (False, "汉" * 150)


def test_what_lifts_a_limit_is_told_whole_where_there_is_room_and_of_that_limit_always() -> None:
    few = Lift(1, ("identity-document",), {"day": 5, "month": 10})
    whole = json.loads(problems.receipt(errors.LimitReached(limit="day", maximum=1, lifts=few), "en", "req_1").body)
    assert whole["lifts"] == {"tier": 1, "needs": ["identity-document"], "more": {"day": 5, "month": 10}}
    long = json.loads(problems.receipt(errors.LimitReached(limit="day", maximum=1, lifts=LIFT), "en", "1" * 200).body)
    assert long["lifts"] == {"tier": 2, "needs": list(get_args(Need)), "more": {"day": MOST}}
    plain = problems.receipt(errors.LimitReached(limit="day", maximum=1), "en", "req_1")
    assert "lifts" not in json.loads(plain.body)


def test_the_longest_answer_that_is_kept_fits_into_its_movement() -> None:
    answer = Receipt(409, "x" * problems.KEPT_BYTES)
    account = ids.derived("wal", "a")
    refused = ledger.Movement(PAYMENT, "x" * 24, account, MOST, "HKD", "refused", AT, b"f" * 16, answer)
    assert (
        size(item(movement_item(replace(refused, facts={"refusal": max((kind.code for kind in OURS), key=len)}))))
        <= 1_024
    )
