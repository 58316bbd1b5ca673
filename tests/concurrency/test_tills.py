"""A role that is revoked while its till charges: once the revocation has answered, nothing more is charged."""

from __future__ import annotations

import time
from typing import Any

import pytest

from chalicelib.identity import passwords, service, signing_up
from chalicelib.identity.model import SignUpRequest, VerifyRequest
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import CofferError
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import audit
from chalicelib.ledger import service as ledger
from chalicelib.merchants import service as merchants
from chalicelib.merchants import staff, tills
from chalicelib.merchants.model import NewMerchant
from chalicelib.merchants.model_staff import NewStaff, NewTill
from chalicelib.payments import acting, charging, codes
from chalicelib.payments.model_charges import ChargeRequest
from chalicelib.payments.model_codes import NewPaymentCode
from tests.concurrency.test_access import now, storm
from tests.concurrency.test_accounts import credit
from tests.people import CHEAP, PASSWORD, code_for

PAYERS, PRICE = 15, 10
BOSS = Operator("usr_boss", "ses_boss", "admin", second_factor=True)


@pytest.fixture(autouse=True)
def cheap(atomic: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def person(name: str) -> Customer:
    signing_up.sign_up(SignUpRequest(name, PASSWORD, "Bo", "en", "CN"), "203.0.113.7", now())
    tokens = signing_up.verify(VerifyRequest(name, code_for(name)), "phone", now())
    return service.customer_of(tokens.access_token, now())


def shop() -> str:
    return merchants.join(BOSS, NewMerchant("Tea", ["CNY"], 60), now()).merchant_id


def at_till(merchant_id: str, cashier: Customer, name: str) -> tuple[str, Merchant]:
    asked = staff.invite(BOSS, merchant_id, NewStaff(name, "cashier", "Bo"), "203.0.113.7", "en", now())
    staff.accept(cashier, asked.id, code_for(name), now())
    token = tills.begin(cashier, NewTill(staff_id=asked.id), "203.0.113.7", now()).token
    return asked.id, merchants.merchant_of(token, now())


def payers() -> list[tuple[Customer, str]]:
    """Each with money and the code that they show."""
    found = [person(f"payer{number}@example.com") for number in range(PAYERS)]
    for number, one in enumerate(found):
        credit(one.wallet_ids[0], one.user_id, f"payer-{number}")
    return [(one, codes.show(one, NewPaymentCode(one.wallet_ids[0]), now()).code) for one in found]


def charge(till: Merchant, code: str, name: str) -> Receipt:
    """Beyond the guard already, as a request is that came a moment before."""

    def refuse(error: CofferError) -> Receipt:
        return Receipt(409, error.code)

    key = RequestKey(till.merchant_id, "POST /v1/charges", name, b"f" * 16, refuse)
    return charging.charge(till, ChargeRequest(code, PRICE, "CNY", name), key, now())


def played(merchant_id: str, staff_id: str, till: Merchant, shown: list[tuple[Customer, str]]) -> list[Any]:
    """When each began and what came of it; in the middle of them the revocation, and when it had answered."""

    def act(number: int) -> Any:
        began = time.monotonic()
        if number == PAYERS // 2:
            staff.revoke(BOSS, merchant_id, staff_id, now())
            return "revoked", time.monotonic()
        try:
            status = charge(till, shown[number][1], f"charge-{number}").status
        except CofferError as error:
            return error.code, began
        return status, began

    return storm(PAYERS, act)


def test_after_a_revocation_has_answered_no_charge_succeeds() -> None:
    merchant_id, cashier, shown = shop(), person("bo@example.com"), payers()
    staff_id, till = at_till(merchant_id, cashier, "bo@example.com")
    told = played(merchant_id, staff_id, till, shown)
    (over,) = [at for what, at in told if what == "revoked"]
    assert {what for what, _ in told} <= {"revoked", "forbidden", 201}
    assert [what for what, began in told if began > over and what == 201] == []
    with pytest.raises(CofferError, match="forbidden"):
        charge(till, shown[PAYERS // 2][1], "late")
    made = sum(what == 201 for what, _ in told)
    left = sum(ledger.head(one.wallet_ids[0]).available for one, _ in shown)
    assert left == PAYERS * 100 - made * PRICE
    assert audit.trial_balance().balanced


def test_without_its_condition_a_charge_succeeds_after_the_revocation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above can fail: here is the mistake that it looks for."""
    merchant_id, cashier, payer = shop(), person("bo@example.com"), person("payer@example.com")
    credit(payer.wallet_ids[0], payer.user_id, "payer")
    code = codes.show(payer, NewPaymentCode(payer.wallet_ids[0]), now()).code
    staff_id, till = at_till(merchant_id, cashier, "bo@example.com")
    monkeypatch.setattr(acting, "merchants", _Forgetful)
    staff.revoke(BOSS, merchant_id, staff_id, now())
    assert charge(till, code, "late").status == 201


class _Forgetful:
    @staticmethod
    def acting(caller: Merchant) -> tuple[()]:
        return ()
