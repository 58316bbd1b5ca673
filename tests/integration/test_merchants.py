"""Merchants against a cloud in memory: what is stored, what it costs, and that an order is paid once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import cloud as clients
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.clock import now
from chalicelib.kernel.errors import CurrencyMismatch, Forbidden, InvalidState, InvalidToken, NotFound
from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.ledger import store as ledger_store
from chalicelib.ledger.model import Change, Draft, Entry, Movement, Verdict
from chalicelib.merchants import service, store
from chalicelib.merchants.model import Checkout, NewCheckout, NewMerchant, Terms
from chalicelib.settings import settings
from tests.conftest import FrozenClock

Calls = list[tuple[str, str]]

FINANCE = Operator("usr_f", "ses_f", "finance")
SUPPORT = Operator("usr_s", "ses_s", "support")
ANYBODY = Customer("usr_c", "ses_c", ("wal_c",), 1, 0, "sandbox")
ORDER = NewCheckout(amount=1250, currency="CNY", order_reference="A-17")
TEA = NewMerchant("Tea House", ["CNY", "USD"], fee_basis_points=60, fee_fixed=5, floor=-10_000)


@pytest.fixture
def tea(cloud: None, clock: FrozenClock) -> Terms:
    return service.join(FINANCE, TEA, clock.now())


@pytest.fixture
def till(tea: Terms, clock: FrozenClock) -> Merchant:
    _, text = service.make_key(FINANCE, tea.merchant_id, ["checkouts", "reports"], clock.now())
    return service.merchant_of(text, clock.now())


def test_a_merchant_joins_with_an_open_account_in_each_currency(tea: Terms) -> None:
    for currency in ("CNY", "USD"):
        head = ledger.head(tea.account[currency])
        assert tea.account[currency] == chart.merchant_account(tea.merchant_id, currency)
        assert (head.owner, head.currency, head.available, head.floor) == (tea.merchant_id, currency, 0, -10_000)


def test_terms_are_read_back_as_they_were_agreed(tea: Terms) -> None:
    assert service.merchant(SUPPORT, tea.merchant_id) == tea == service.terms(tea.merchant_id, now())


def test_terms_cost_one_read_in_thirty_seconds(tea: Terms, clock: FrozenClock, aws_calls: Calls) -> None:
    for _ in range(3):
        service.terms(tea.merchant_id, now())
    assert aws_calls == [("dynamodb", "GetItem")]
    clock.advance(30)
    service.terms(tea.merchant_id, now())
    assert len(aws_calls) == 2


def test_terms_of_nobody_are_not_found_and_not_remembered(tea: Terms) -> None:
    for stranger in ("mer_0", "", "mer_00000000000000000000000000"):
        with pytest.raises(NotFound):
            service.terms(stranger, now())


@pytest.mark.parametrize("role", ["support", "risk", "auditor", "customer"])
def test_only_admin_and_finance_take_on_merchants_and_give_out_keys(tea: Terms, clock: FrozenClock, role: str) -> None:
    operator = replace(FINANCE, role=role)
    with pytest.raises(Forbidden):
        service.join(operator, TEA, clock.now())
    with pytest.raises(Forbidden):
        service.make_key(operator, tea.merchant_id, ["payments"], clock.now())
    with pytest.raises(Forbidden):
        service.revoke_key(operator, tea.merchant_id, "key_1", clock.now())


def test_a_key_proves_its_merchant_with_one_consistent_read(tea: Terms, clock: FrozenClock, aws_calls: Calls) -> None:
    key, text = service.make_key(FINANCE, tea.merchant_id, ["refunds", "payments", "payments"], clock.now())
    aws_calls.clear()
    assert service.merchant_of(text, clock.now()) == Merchant(tea.merchant_id, key.id, ("payments", "refunds"))
    assert aws_calls == [("dynamodb", "GetItem")]


def test_nothing_stored_contains_the_secret(tea: Terms, clock: FrozenClock) -> None:
    _, text = service.make_key(FINANCE, tea.merchant_id, ["payments"], clock.now())
    for table in (settings().merchants_table, settings().audit_table):
        assert text[29:] not in str(clients.client("dynamodb").scan(TableName=table)["Items"])


def test_an_unknown_malformed_or_altered_key_proves_nobody(tea: Terms, clock: FrozenClock, aws_calls: Calls) -> None:
    _, text = service.make_key(FINANCE, tea.merchant_id, ["payments"], clock.now())
    aws_calls.clear()
    for malformed in ("", "mk_", text[:-1], text + "x", "mk_" + "8" + text[4:], text.replace("mk_", "sk_")):
        with pytest.raises(InvalidToken):
            service.merchant_of(malformed, clock.now())
    assert aws_calls == []
    altered, unknown = text[:-1] + ("A" if text[-1] != "A" else "B"), "mk_" + "0" * 26 + text[29:]
    for wrong in (altered, unknown):
        with pytest.raises(InvalidToken):
            service.merchant_of(wrong, clock.now())


def test_a_revoked_key_proves_nobody_from_that_moment_on(tea: Terms, clock: FrozenClock) -> None:
    key, text = service.make_key(FINANCE, tea.merchant_id, ["payments"], clock.now())
    service.revoke_key(FINANCE, tea.merchant_id, key.id, clock.now())
    service.revoke_key(FINANCE, tea.merchant_id, key.id, clock.advance(60))
    with pytest.raises(InvalidToken):
        service.merchant_of(text, clock.now())
    item = clients.client("dynamodb").get_item(
        TableName=settings().merchants_table, Key={"pk": {"S": key.id}, "sk": {"S": "KEY"}}
    )["Item"]
    assert item["revoked_at"]["S"] == "2026-11-22T08:00:00.000000Z"


def test_a_key_is_revoked_only_under_its_own_merchant(tea: Terms, clock: FrozenClock) -> None:
    key, text = service.make_key(FINANCE, tea.merchant_id, ["payments"], clock.now())
    other = service.join(FINANCE, TEA, clock.now())
    with pytest.raises(NotFound):
        service.revoke_key(FINANCE, other.merchant_id, key.id, clock.now())
    assert service.merchant_of(text, clock.now()).key_id == key.id


def test_a_merchants_key_gives_only_scopes_that_it_has(tea: Terms, till: Merchant, clock: FrozenClock) -> None:
    with pytest.raises(Forbidden):
        service.make_key(till, tea.merchant_id, ["checkouts"], clock.now())
    manager = replace(till, scopes=("keys", "reports"))
    key, _ = service.make_key(manager, tea.merchant_id, ["reports"], clock.now())
    assert key.scopes == ("reports",)
    with pytest.raises(Forbidden):
        service.make_key(manager, tea.merchant_id, ["refunds"], clock.now())
    with pytest.raises(NotFound):
        service.make_key(manager, service.join(FINANCE, TEA, clock.now()).merchant_id, ["reports"], clock.now())


def test_taking_on_a_merchant_and_its_keys_is_in_the_audit_log(tea: Terms, clock: FrozenClock) -> None:
    key, _ = service.make_key(FINANCE, tea.merchant_id, ["payments"], clock.now())
    service.revoke_key(FINANCE, tea.merchant_id, key.id, clock.now())
    items = clients.client("dynamodb").scan(TableName=settings().audit_table)["Items"]
    logged = {(item["who"]["S"], item["what"]["S"], item["whom"]["S"]) for item in items}
    assert logged == {
        ("usr_f", "merchant.join", tea.merchant_id),
        ("usr_f", "merchant.make_key", key.id),
        ("usr_f", "merchant.revoke_key", key.id),
    }


def test_a_checkout_is_opened_with_one_write_and_seen_with_one_read(
    till: Merchant, clock: FrozenClock, aws_calls: Calls
) -> None:
    service.terms(till.merchant_id, now())
    aws_calls.clear()
    opened = service.open_checkout(till, ORDER, clock.now())
    assert aws_calls == [("dynamodb", "PutItem")]
    assert service.see_checkout(till, opened.id, clock.now()) == opened
    assert service.see_checkout(ANYBODY, opened.id, clock.now()) == opened
    assert aws_calls[1:] == [("dynamodb", "GetItem")] * 2


def test_the_facts_of_a_checkout_are_read_once(till: Merchant, clock: FrozenClock, aws_calls: Calls) -> None:
    opened = service.open_checkout(till, ORDER, clock.now())
    aws_calls.clear()
    facts = [service.checkout(opened.id) for _ in range(3)]
    assert aws_calls == [("dynamodb", "GetItem")]
    assert facts[0] == Checkout(
        id=opened.id,
        merchant_id=till.merchant_id,
        merchant_name="Tea House",
        amount=1250,
        currency="CNY",
        order_reference="A-17",
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=24),
    )


def test_a_checkout_in_a_currency_without_an_account_is_refused(till: Merchant, clock: FrozenClock) -> None:
    for currency in ("EUR", "XXX", ""):
        with pytest.raises(CurrencyMismatch):
            service.open_checkout(till, NewCheckout(1250, currency, "A-17"), clock.now())


def test_a_suspended_merchant_opens_no_checkout(till: Merchant, clock: FrozenClock) -> None:
    key = {"pk": {"S": till.merchant_id}, "sk": {"S": "TERMS"}}
    clients.client("dynamodb").update_item(
        TableName=settings().merchants_table,
        Key=key,
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "suspended"}},
    )
    clock.advance(30)
    with pytest.raises(InvalidState) as refused:
        service.open_checkout(till, ORDER, clock.now())
    assert refused.value.params == {"state": "suspended"}


def test_a_raced_checkout_is_paid_once(till: Merchant, clock: FrozenClock) -> None:
    checkout = service.checkout(service.open_checkout(till, ORDER, clock.now()).id)
    legs = [service.paying(checkout, f"pay_{number}", clock.now()) for number in range(5)]
    outcomes = [ledger_store.transact([leg.write]) for leg in legs]
    assert [bool(reasons) for reasons in outcomes] == [False, True, True, True, True]
    verdict = legs[1].explain(outcomes[1][0].item)
    assert isinstance(verdict, InvalidState) and verdict.params == {"state": "paid"}
    seen = service.see_checkout(till, checkout.id, clock.now())
    assert (seen.status, seen.payment_id, seen.paid_at) == ("paid", "pay_0", "2026-11-22T08:00:00.000000Z")


def test_who_paid_a_checkout_is_for_its_merchant_alone(till: Merchant, clock: FrozenClock) -> None:
    checkout = service.checkout(service.open_checkout(till, ORDER, clock.now()).id)
    ledger_store.transact([service.paying(checkout, "pay_0", clock.now()).write])
    ledger_store.put_new({"pk": "pay_0", "sk": "MOVEMENT", "state": "captured", "account": "wal_of_somebody_else"})
    seen = service.see_checkout(ANYBODY, checkout.id, clock.now())
    assert (seen.status, seen.payment_id, seen.paid_at) == ("paid", "", "")


def _refused(checkout: Checkout, clock: FrozenClock) -> Verdict:
    """Why it cannot be paid now."""
    leg = service.paying(checkout, "pay_9", clock.now())
    (reason,) = ledger_store.transact([leg.write])
    return leg.explain(reason.item)


def test_an_expired_checkout_is_not_paid(till: Merchant, clock: FrozenClock) -> None:
    checkout = service.checkout(service.open_checkout(till, ORDER, clock.now()).id)
    clock.advance(24 * 3600)
    verdict = _refused(checkout, clock)
    assert isinstance(verdict, InvalidState) and verdict.params == {"state": "expired"}
    assert service.see_checkout(till, checkout.id, clock.now()).status == "expired"


def test_a_cancelled_checkout_is_not_paid(till: Merchant, clock: FrozenClock) -> None:
    checkout = service.checkout(service.open_checkout(till, ORDER, clock.now()).id)
    service.cancel_checkout(till, checkout.id, clock.now())
    verdict = _refused(checkout, clock)
    assert isinstance(verdict, InvalidState) and verdict.params == {"state": "cancelled"}


def test_a_checkout_that_is_gone_is_not_found(till: Merchant, clock: FrozenClock) -> None:
    checkout = service.checkout(service.open_checkout(till, ORDER, clock.now()).id)
    verdict = _refused(replace(checkout, id="chk_0"), clock)
    assert isinstance(verdict, NotFound)


def test_cancelling_looks_at_what_never_changes_writes_once_and_may_be_repeated(
    till: Merchant, clock: FrozenClock, aws_calls: Calls
) -> None:
    opened = service.open_checkout(till, ORDER, clock.now())
    aws_calls.clear()
    cancelled = service.cancel_checkout(till, opened.id, clock.now())
    assert aws_calls == [("dynamodb", "GetItem"), ("dynamodb", "UpdateItem")]
    assert cancelled.status == "cancelled"
    assert service.cancel_checkout(till, opened.id, clock.advance(60)) == cancelled


def test_a_paid_or_expired_checkout_is_not_cancelled(till: Merchant, clock: FrozenClock) -> None:
    paid = service.checkout(service.open_checkout(till, ORDER, clock.now()).id)
    expired = service.open_checkout(till, ORDER, clock.now())
    ledger_store.transact([service.paying(paid, "pay_0", clock.now()).write])
    with pytest.raises(InvalidState) as refused:
        service.cancel_checkout(till, paid.id, clock.now())
    assert refused.value.params == {"state": "paid"}
    clock.advance(24 * 3600)
    with pytest.raises(InvalidState) as refused:
        service.cancel_checkout(till, expired.id, clock.now())
    assert refused.value.params == {"state": "expired"}


def test_a_foreign_checkout_is_neither_seen_nor_cancelled(till: Merchant, clock: FrozenClock) -> None:
    opened = service.open_checkout(till, ORDER, clock.now())
    other = replace(till, merchant_id=service.join(FINANCE, TEA, clock.now()).merchant_id)
    with pytest.raises(NotFound):
        service.see_checkout(other, opened.id, clock.now())
    with pytest.raises(NotFound):
        service.cancel_checkout(other, opened.id, clock.now())
    assert store.checkout(opened.id) is not None
    assert service.see_checkout(till, opened.id, clock.now()).status == "open"


def test_what_is_no_id_is_not_found_without_asking_anybody(
    till: Merchant, clock: FrozenClock, aws_calls: Calls
) -> None:
    for stranger in ("", "chk_x", "x" * 3000):
        with pytest.raises(NotFound):
            service.see_checkout(till, stranger, clock.now())
        with pytest.raises(NotFound):
            service.cancel_checkout(till, stranger, clock.now())
        with pytest.raises(NotFound):
            service.revoke_key(FINANCE, till.merchant_id, stranger, clock.now())
    assert aws_calls == []


def _settle(tea: Terms, currency: str, number: int, gross: int, fees: int, clock: FrozenClock) -> None:
    account = tea.account[currency]
    at, net = clock.advance(1), gross - fees
    movement = Movement(f"stl_{number}", "settlement", account, net, currency, "settled", at)
    postings = {chart.settling(currency): -gross, account: net, chart.fees(currency): fees}
    entry = Entry(movement.id, "settlement", currency, at, postings, text=str(number + 1))
    ledger.commit(
        lambda at, known: Draft(movement, (Change(account, currency, available=net, settles=True),), entry), at
    )


def test_settlements_are_listed_newest_first_by_page_with_one_query(
    tea: Terms, till: Merchant, clock: FrozenClock, aws_calls: Calls
) -> None:
    for number in range(3):
        _settle(tea, "CNY", number, 1000 * (number + 1), 6, clock)
    _settle(tea, "USD", 3, 700, 0, clock)
    service.terms(tea.merchant_id, now())
    aws_calls.clear()
    first, position = service.settlements(till, tea.merchant_id, None, None, 2, now())
    assert aws_calls == [("dynamodb", "Query")]
    assert [(one.id, one.gross, one.fees, one.net, one.lines) for one in first] == [
        ("stl_2", 3000, 6, 2994, 3),
        ("stl_1", 2000, 6, 1994, 2),
    ]
    rest, end = service.settlements(till, tea.merchant_id, "CNY", position, 2, now())
    assert ([one.id for one in rest], end) == (["stl_0"], None)
    dollars, _ = service.settlements(SUPPORT, tea.merchant_id, "USD", None, 2, now())
    assert [(one.id, one.currency) for one in dollars] == [("stl_3", "USD")]


def test_settlements_are_for_the_merchant_itself_with_the_scope_of_reports(
    tea: Terms, till: Merchant, clock: FrozenClock
) -> None:
    with pytest.raises(Forbidden):
        service.settlements(replace(till, scopes=("payments",)), tea.merchant_id, None, None, 2, now())
    with pytest.raises(NotFound):
        service.settlements(replace(till, merchant_id="mer_other"), tea.merchant_id, None, None, 2, now())
    with pytest.raises(CurrencyMismatch):
        service.settlements(till, tea.merchant_id, "EUR", None, 2, now())
