"""The sandbox bank as every process sees it alike: it keeps no book, takes what it is asked for, and all succeeds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.kernel import clock
from chalicelib.processors.wire import Reply
from infra.local.bank_book import Message, Payment, sandbox_view
from infra.local.bank_payouts import Payout, sandbox_payout
from infra.local.bank_post import Keys, letter, payout_letter, signed
from tests.conftest import SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET

_KEYS = Keys(SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET)


def transport(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """The one that `processors.wire` sends through."""
    if method != "POST":
        return Reply(404, b'{"code":"not-found"}')
    wish = json.loads(body)
    if url.endswith("/payouts"):
        return Reply(201, json.dumps(sandbox_payout(_payout(wish["id"], wish["amount"]))).encode())
    asked = _payment(wish["id"], wish["amount"], wish["currency"], wish["metadata"])
    return Reply(201, json.dumps(sandbox_view(asked)).encode())


def webhook(top_up: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of the event that `top_up`, as our API shows it, succeeded; signed now."""
    about = {"topup_id": top_up["id"], "wallet_id": top_up["wallet_id"]}
    paid = replace(_payment(top_up["id"], top_up["amount"], top_up["currency"], about), status="succeeded")
    sent = letter(Message(paid, "succeeded"))
    return sent.body, signed(sent, _KEYS, int(clock.now().timestamp()))


def webhook_of_payout(payout: str, amount: int, status: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of what the bank tells of one; signed now."""
    sent = payout_letter(replace(_payout(payout, amount), status=status, reason="account_closed"))
    return sent.body, signed(sent, _KEYS, int(clock.now().timestamp()))


def _payout(asked_as: str, amount: int) -> Payout:
    return Payout("po_" + asked_as, "sandbox", asked_as, "", amount, "CNY", merchant="coffer")


def _payment(asked_as: str, amount: int, currency: str, metadata: dict[str, str]) -> Payment:
    return Payment("sbx_" + asked_as, "sandbox", asked_as, amount, currency, metadata, merchant="coffer")
