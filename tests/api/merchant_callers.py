"""Callers for the tests of merchants: customers and operators whose tokens are their names; real merchant keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import app
from chalicelib.api import guard
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.kernel.errors import InvalidToken
from chalicelib.merchants import service
from tests.api.caller import Caller, Reply

TEA = {"name": "Tea House", "currencies": ["CNY"], "fee_basis_points": 60, "fee_fixed": 5, "floor": -10000}
_ROLES = ("admin", "finance", "support")
SCOPES = ["checkouts", "payments", "refunds", "reports"]


def nobody(monkeypatch: pytest.MonkeyPatch) -> Caller:
    monkeypatch.setattr(guard, "_authenticators", {})
    guard.authenticate_with(customer=_customer, operator=_operator, merchant=service.merchant_of)
    return Caller(app.app)


def new_merchant(caller: Caller, **changes: Any) -> dict[str, Any]:
    reply = caller.bearing("admin").post("/v1/merchants", TEA | changes)
    assert reply.status == 201, reply.raw
    merchant: dict[str, Any] = reply.json
    return merchant


def till_of(caller: Caller, merchant_id: str, scopes: list[str] | None = None) -> Caller:
    reply = caller.bearing("admin").post(f"/v1/merchants/{merchant_id}/keys", {"scopes": scopes or SCOPES})
    assert reply.status == 201, reply.raw
    return caller.bearing(reply.json["key"])


def told(reply: Reply) -> dict[str, Any]:
    """A problem without what tells one request from another."""
    return {name: value for name, value in reply.json.items() if name != "request_id"}


def _customer(token: str, at: datetime) -> Customer:
    if token != "customer":
        raise InvalidToken()
    return Customer("usr_c", "ses_c", ("wal_c",), 1, 0, "sandbox")


def _operator(token: str, at: datetime) -> Operator:
    if token not in _ROLES:
        raise InvalidToken()
    return Operator(f"usr_{token}", "ses_o", token, second_factor=True)
