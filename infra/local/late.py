"""A deposit that nobody took: somebody new left it more than a week ago, and the next sweep lets it go.

`python -m infra.local.late`, in the functions' environment. Standard input: {"api", "bank", "webhook_secret",
"merchant_id", "amount"}; it prints the ids. A wallet's entries are in the order of their time, so it takes a wallet in
which nothing has happened since.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from infra.local import history
from infra.local.client import new_key
from infra.local.history import Bank, Visitor
from infra.local.past import Past
from infra.local.people import Person

HELD = timedelta(days=8)
"""How long ago: authorisations last seven days at most."""
Fund = Callable[[Past, Mapping[str, Any], int], object]
"""Puts so much into a wallet, at the time of whoever asks."""


def play(api: Past, fund: Fund, merchant_id: str, amount: int) -> dict[str, str]:
    number = new_key()[:8]
    visitor = Visitor(api, Person(f"late-{number}@trigger.example", f"late {number} to the shop", "Late"))
    fund(visitor.ago(HELD + timedelta(hours=1)), visitor.wallet, amount)
    wish = {"wallet_id": visitor.wallet["id"], "currency": visitor.wallet["currency"], "merchant_id": merchant_id}
    wish |= {"amount": amount, "order_reference": f"trigger-{number}", "capture": "manual"}
    return {"payment": str(visitor.ago(HELD).insist("/v1/payments", wish, key=number).expect(201)["id"])}


def main() -> None:
    logging.disable(logging.CRITICAL)
    told = json.load(sys.stdin)
    bank = Bank(told["bank"], told["webhook_secret"])
    print(json.dumps(play(Past(told["api"]), partial(_top_up, bank), told["merchant_id"], told["amount"])))


def _top_up(bank: Bank, me: Past, wallet: Mapping[str, Any], amount: int) -> None:
    history.top_up(me, bank, wallet, amount, new_key())


if __name__ == "__main__":
    main()
