"""What the tests of bad input share: a sound body for every route that takes one, and callers whom no AWS answers."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Any, get_args

import msgspec
import pytest

import app
from chalicelib.api import guard
from chalicelib.api.blueprint import Route, routes
from chalicelib.kernel.callers import Customer, Merchant, Operator
from tests import aws
from tests.api import probe as probes
from tests.api.bodies_of_credit import CREDIT, QUOTE_HASH
from tests.api.bodies_of_merchants import BUSINESS
from tests.api.bodies_of_points import POINTS
from tests.api.bodies_of_reports import REPORTS
from tests.api.bodies_of_risk import RISK
from tests.api.bodies_to_people import BONUSES, TO_PEOPLE
from tests.api.caller import Caller, Reply

TOKENS: dict[Any, str] = {Customer: "alice", Operator: "clerk", Merchant: "mk_shop"}
HOSTILE = {"NUL": "a\0b", "lone surrogate": "a\ud800b", "override": "a\u202eb", "isolate": "a\u2066b"}

_HIT = {"capability": "top-ups", "processor": "sandbox"}
ANNOUNCED = {
    "title": {"en": "Top-ups are slow", "zh": "充值较慢"},
    "body": {"en": "Money arrives some minutes late.", "zh": "到账会晚几分钟。"},
}
SIGN_UP_SECRET = "chance of this phone"
BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/users": {
        "identifier": "ann@example.com",
        "password": "correct horse battery",
        "display_name": "Ann",
        "locale": "en",
        "jurisdiction": "CN",
        "sign_up_secret": SIGN_UP_SECRET,
        "consents": [{"document": "terms", "version": "2026-11-01"}],
    },
    "POST /v1/users/verify": {
        "identifier": "ann@example.com",
        "code": "123456",
        "device_name": "phone",
        "sign_up_secret": SIGN_UP_SECRET,
        "device_token": "cdt_x",
    },
    "POST /v1/sessions": {
        "identifier": "ann@example.com",
        "password": "correct horse",
        "device_name": "phone",
        "device_token": "cdt_x",
    },
    "POST /v1/password-resets": {
        "identifier": "ann@example.com",
        "device_token": "cdt_x",
        "reset_secret": SIGN_UP_SECRET,
    },
    "POST /v1/password-resets/confirm": {
        "identifier": "ann@example.com",
        "code": "123456",
        "new_password": "correct horse battery",
        "reset_secret": SIGN_UP_SECRET,
    },
    "POST /v1/password-strength": {"password": "correct horse battery", "hints": ["Ann"]},
    "POST /v1/sessions/refresh": {"refresh_token": "crt_x"},
    "PATCH /v1/me": {"display_name": "Ann", "locale": "en"},
    "DELETE /v1/me": {"password": "correct horse"},
    "POST /v1/users/restore": {
        "identifier": "ann@example.com",
        "password": "correct horse",
        "device_name": "phone",
        "device_token": "cdt_x",
    },
    "POST /v1/me/consents": {"document": "terms", "version": "2026-11-01", "given": True},
    "POST /v1/me/identifiers": {"identifier": "new@example.com"},
    "POST /v1/me/identifiers/confirm": {"identifier": "new@example.com", "new_code": "123456", "old_code": "123456"},
    "PATCH /v1/me/preferences": {
        "ui_mode": "easy",
        "reminders": "never",
        "phrase": "green tea",
        "notices": {"money.email": False},
    },
    "POST /v1/me/devices": {"push_token": "token of this phone", "platform": "ios", "name": "phone"},
    "POST /v1/me/guardian": {"identifier": "ben@example.com"},
    "POST /v1/sessions/second-factor": {
        "challenge": "c",
        "method": "totp",
        "code": "123456",
        "credential": {"id": "c"},
        "device_token": "cdt_x",
    },
    "POST /v1/sessions/passkey": {"credential": {"id": "c"}, "device_name": "phone", "device_token": "cdt_x"},
    "PATCH /v1/sessions/{id}": {"device_name": "phone"},
    "POST /v1/me/totp": {"password": "correct horse", "code": "123456"},
    "POST /v1/me/totp/confirm": {"code": "123456"},
    "DELETE /v1/me/totp": {"password": "correct horse", "code": "123456"},
    "POST /v1/me/recovery-codes": {"password": "correct horse", "code": "123456"},
    "PUT /v1/me/payment-pin": {"pin": "428571", "current_pin": "285714", "password": "correct horse"},
    "POST /v1/me/passkeys/options": {"password": "correct horse", "code": "123456"},
    "POST /v1/me/passkeys": {"name": "phone", "credential": {"id": "c"}},
    "DELETE /v1/me/passkeys/{id}": {"password": "correct horse", "code": "123456"},
    "POST /v1/me/step-up": {"method": "pin", "pin": "428571", "code": "123456", "credential": {"id": "c"}},
    "POST /v1/cases/{id}/resolve": {"note": "done"},
    "POST /v1/people/searches": {"identifier": "ann@example.com"},
    "POST /v1/people/{id}/reveals": {"field": "identifier", "reason": "asked to be called back"},
    "POST /v1/people/{id}/sessions/end": {"reason": "the phone is stolen"},
    "POST /v1/operators": {"person_id": "usr_1", "role": "support", "reason": "joins the night shift"},
    "PATCH /v1/operators/{id}": {"role": "risk", "reason": "moves to another team"},
    "POST /v1/me/verification/documents": {
        "kind": "identity-document",
        "country": "CN",
        "number": "E1234500",
        "full_name": "Wang Xiaoming",
        "born_on": "1990-05-01",
        "images": [{"type": "image/jpeg", "bytes": 1000}],
        "expires_on": "2040-01-01",
    },
    "POST /v1/people/{id}/documents/{document_id}/decision": {"decision": "verify", "reason": "seen the original"},
    "POST /v1/screenings/{id}/decision": {"decision": "cleared", "reason": "another place of birth"},
    **RISK,
    "POST /v1/incidents": {"severity": "major", "ends_at": "2026-11-22T10:00:00Z", **_HIT} | ANNOUNCED,
    "PATCH /v1/incidents/{id}": {
        **_HIT,
        "state": "identified",
        "severity": "minor",
        "ends_at": "2026-11-22T11:00:00Z",
        "cause": ANNOUNCED["body"],
        "remedy": ANNOUNCED["body"],
    }
    | ANNOUNCED,
    "POST /v1/on-call/shifts": {
        "person_id": "usr_1",
        "from": "2026-11-22T08:00:00Z",
        "to": "2026-11-29T08:00:00Z",
        "order": 1,
    },
    "POST /v1/pages/{id}/acknowledge": {"code": "c"},
    "POST /v1/incidents/{id}/affected": {
        "capabilities": ["top-ups"],
        "processor": "sandbox",
        "from": "2026-11-22T07:00:00Z",
        "until": "2026-11-22T09:00:00Z",
        "slow_seconds": 300,
    },
    "POST /v1/incidents/{id}/affected/notify": {"follow": False},
    "POST /v1/status/subscriptions": {"email": "dee@example.com", "language": "zh"},
    "POST /v1/status/subscriptions/{id}/confirm": {"code": "c"},
    "POST /v1/status/subscriptions/{id}/end": {"code": "c"},
    "POST /v1/maintenance-windows": {
        "starts_at": "2026-11-22T20:00:00Z",
        "ends_at": "2026-11-22T21:00:00Z",
        "capability": "top-ups",
        "processor": "sandbox",
    }
    | ANNOUNCED,
    "POST /v1/task-events": {
        "events": [
            {
                "task": "pay",
                "outcome": "completed",
                "seconds": 12,
                "mode": "easy",
                "language": "zh",
                "score": 5,
            }
        ]
    },
    "POST /v1/audit-log/exports": {
        "from": "2026-11-21T00:00:00Z",
        "to": "2026-11-22T00:00:00Z",
        "format": "jsonl",
        "actor": "usr_1",
        "subject": "usr_2",
        "action": "case.resolve",
    },
    "PUT /v1/merchants/{id}/payout-terms/{currency}": {
        "schedule": "daily",
        "reason": "as the contract has it",
        "cut_off": "16:00",
        "minimum": 100,
        "reserve": 5_000,
        "bank_account": "GB33BUKB20201555555555",
    },
    "POST /v1/merchants/{id}/payouts": {"currency": "CNY"},
    "POST /v1/reconciliations/statements": {
        "side": "bank",
        "name": "dbank",
        "form": "mt940",
        "day": "2026-11-21",
        "sha256": "0" * 64,
        "bytes": 2,
        "content": "AAA=",
    },
    "POST /v1/reconciliations": {"day": "2026-11-21"},
    "POST /v1/adjustments": {
        "account": "corrections",
        "direction": "credit",
        "amount": 250,
        "currency": "CNY",
        "against": "sandbox",
        "reason": "the processor took it twice",
        "case_id": "cas_1",
    },
    "POST /v1/backups/{id}/givings-back": {"user_id": "usr_1", "reason": "emptied their trash by mistake"},
    "POST /v1/givings-back/{id}/decision": {"approve": True, "note": "heard them myself"},
    "POST /v1/policies": {"pack": "{}", "signature": "local-sandbox AAAA"},
    **REPORTS,
    "POST /v1/policies/dry-runs": {"pack": "{}", "signature": "local-sandbox AAAA", "month": "2025-06"},
    "POST /v1/backup-drills": {"backup_id": "bak_1"},
    "POST /v1/adjustments/{id}/approve": {"note": "seen in the statement"},
    "POST /v1/adjustments/{id}/decline": {"note": "not in the statement"},
    "POST /v1/merchants": {
        "name": "Tea",
        "currencies": ["CNY"],
        "fee_basis_points": 60,
        "fee_fixed": 0,
        "floor": 0,
        "category": "other",
        "business": BUSINESS,
    },
    "PUT /v1/merchants/{id}/category": {"category": "restaurants"},
    "PATCH /v1/merchants/{id}/business": BUSINESS | {"website": "https://tea.example/"},
    "POST /v1/merchants/{id}/business/reveals": {"field": "legal_name", "reason": "to compare it with the register"},
    "POST /v1/merchants/{id}/verification": {"decision": "verify", "version": 1, "reason": "seen the certificate"},
    "POST /v1/merchants/{id}/keys": {"scopes": ["payments"]},
    "POST /v1/merchants/{id}/keys/{key_id}/rotate": {"overlap_hours": 24},
    "POST /v1/merchants/{id}/stores": {"name": "Tea by the river", "address": "8 Long Street"},
    "PATCH /v1/merchants/{id}/stores/{store_id}": {"name": "Tea", "address": "9 Long Street", "status": "closed"},
    "POST /v1/merchants/{id}/staff": {
        "identifier": "bo@example.com",
        "role": "cashier",
        "name": "Bo",
        "store_ids": ["sto_1"],
    },
    "PATCH /v1/merchants/{id}/staff/{staff_id}": {"role": "manager", "name": "Bo", "store_ids": ["sto_1"]},
    "POST /v1/me/staff-roles/{staff_id}/accept": {"code": "123456"},
    "POST /v1/staff-sessions": {
        "staff_id": "stf_1",
        "merchant_id": "mer_1",
        "store_id": "sto_1",
        "device_name": "till",
    },
    "POST /v1/merchants/{id}/webhook-endpoints": {
        "url": "https://hooks.tea.example/coffer?shop=1",
        "event_types": ["payment.captured"],
        "description": "the till",
    },
    "PATCH /v1/merchants/{id}/webhook-endpoints/{endpoint_id}": {
        "url": "https://hooks.tea.example/coffer?shop=2",
        "event_types": ["refund.succeeded"],
        "description": "the other till",
        "state": "enabled",
    },
    "POST /v1/merchants/{id}/webhook-endpoints/{endpoint_id}/rotate": {"overlap_hours": 24},
    "POST /v1/merchants/{id}/return-secret": {"overlap_hours": 24},
    "POST /v1/events/{id}/redeliver": {"endpoint_id": "whe_1"},
    "POST /v1/merchants/{id}/card-plans": {
        "name": "Twenty teas",
        "currency": "CNY",
        "price": 10_000,
        "bonus": 2_000,
        "bonus_expires_days": 90,
        "purchase_fee": 0,
    },
    "POST /v1/cards": {
        "wallet_id": "wal_1",
        "plan_id": "cpl_1",
        "agreed": {"price": 10_000, "bonus": 2_000, "fee": 0, "bonus_expires_at": "2027-02-20T00:00:00Z"},
    },
    "POST /v1/cards/{id}/refund": {},
    "POST /v1/incidents/{id}/compensation": {"template_id": "ctp_1", "reason": "they waited for an hour"},
    "POST /v1/incidents/{id}/compensation/decision": {"approve": True, "note": "heard it myself"},
    **POINTS,
    **CREDIT,
    "POST /v1/checkouts": {
        "amount": 100,
        "currency": "CNY",
        "order_reference": "A-1",
        "expires_at": "2026-11-23T08:00:00Z",
        "return_url": "https://tea.example/",
        "store_id": "sto_1",
        "capture": "automatic",
        "split": {"max_payers": 2, "least": 1},
    },
    "POST /v1/topups": {
        "wallet_id": "wal_1",
        "amount": 100,
        "currency": "CNY",
        "processor": "sandbox",
        "method": "manual",
        "bonus_id": "tbo_1",
    },
    "POST /v1/me/funding-methods": {"processor": "sandbox", "destination": "DE89370400440532013000"},
    **TO_PEOPLE,
    **BONUSES,
    "POST /v1/withdrawals": {"wallet_id": "wal_1", "amount": 2_000, "currency": "CNY", "funding_method_id": "fnd_1"},
    "POST /v1/payments": {
        "wallet_id": "wal_1",
        "card_id": "crd_1",
        "coupon_id": "cou_1",
        "bonus": 100,
        "points": {"programme_id": "ptp_1", "points": 100},
        "family_card_id": "fam_1",
        "instalments": {"quote_id": "quo_1", "quote_hash": QUOTE_HASH},
        "checkout_id": "chk_1",
        "merchant_id": "mer_1",
        "amount": 100,
        "currency": "CNY",
        "order_reference": "A-1",
        "store_id": "sto_1",
        "description": "tea",
        "capture": "automatic",
        "confirm_duplicate": False,
    },
    "POST /v1/payment-codes": {"wallet_id": "wal_1", "family_card_id": "fam_1"},
    "POST /v1/charges": {
        "code": "710000000000000004",
        "amount": 100,
        "currency": "CNY",
        "order_reference": "A-1",
        "store_id": "sto_1",
        "description": "tea",
        "capture": "automatic",
        "confirm_duplicate": False,
    },
    "POST /v1/charges/{id}/confirm": {},
    "POST /v1/charges/{id}/reversals": {},
    "POST /v1/charge-reversals": {"store_id": "sto_1"},
    "POST /v1/payments/{id}/capture": {"amount": 100},
    "POST /v1/payments/{id}/void": {},
    "POST /v1/payments/{id}/refunds": {"amount": 100, "reason": "broken"},
}
"""Every field of every body, each of its own type."""


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def path_of(route: Route) -> str:
    return route.path.replace("{", "").replace("}", "")


def with_body() -> list[Route]:
    return [route for route in routes() if route.body]


def moving_money() -> list[Route]:
    return [route for route in routes() if route.moves_money]


def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Nobody in particular before the whole app; tokens of `TOKENS` are good, and a call to AWS fails the test."""
    aws.forbid(monkeypatch)
    monkeypatch.setattr(guard, "_authenticators", {})
    probes.stand_guard()
    return Caller(app.app)


def allowed(caller: Caller, route: Route) -> Caller:
    """Somebody who may call `route`, with a key if it takes one."""
    known = [caller.bearing(token) for kind, token in TOKENS.items() if kind in route.callers] or [caller]
    return known[0].with_headers(idempotency_key="k") if route.moves_money else known[0]


def fields() -> Iterator[tuple[Route, str, Any]]:
    """(route, field, its sound value), for every field of every body."""
    for route in with_body():
        for field, value in BODIES[name_of(route)].items():
            yield route, field, value


def may_be_null(route: Route, field: str) -> bool:
    (found,) = [one for one in msgspec.structs.fields(route.body or msgspec.Struct) if one.encode_name == field]
    return NoneType in get_args(found.type)


MAY_BE_EMPTY = ("store_ids", "merchant_ids", "payee_checks", "categories", "dimensions", "filters", "rules", "measures")


def means_something(route: Route, field: str, value: Any) -> bool:
    """Of another type than what stands there, and sound: nothing; any credential; no store, which is every one."""
    if value is None:
        return may_be_null(route, field)
    every_one = field in MAY_BE_EMPTY and value == []
    return every_one or (field == "credential" and isinstance(value, dict))


def told(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    """All of an answer, byte for byte, but the number of the request."""
    headers = {name: value for name, value in reply.headers.items() if name not in ("request-id", "ratelimit")}
    return reply.status, headers, reply.raw.replace(reply.headers["request-id"].encode(), b"")
