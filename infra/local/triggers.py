"""What brings an event about: the real thing, played through the API by a seeded customer and a seeded merchant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local import people, seed, stack, trigger_payouts
from infra.local.client import Client, Unexpected, new_key
from infra.local.people import Person

AMOUNT, TOP_UP = 1_250, 20_000
Ids = dict[str, str]


@dataclass(frozen=True)
class Stage:
    """Who plays: `phone` and `till` are the API as the customer and as the merchant. `local`: `build/local.json`."""

    local: Mapping[str, Any]
    phone: Client
    till: Client
    wallet: Mapping[str, Any]
    merchant_id: str

    @property
    def office(self) -> Client:
        """As the operator. Raises Unexpected if there is none."""
        anybody = Client(self.local["api"])
        tokens = seed.operator(anybody)
        if tokens is None:
            raise Unexpected("there is no operator any more: `make reset` and `make run` seed one")
        return anybody.bearing(tokens["access_token"])

    @property
    def _whom(self) -> dict[str, Any]:
        return {"wallet_id": self.wallet["id"], "confirm_duplicate": True}

    def pay(self, **more: Any) -> str:
        order = {"merchant_id": self.merchant_id, "amount": AMOUNT, "currency": self.wallet["currency"]}
        order |= {"order_reference": f"trigger-{new_key()[:8]}"}
        return str(self.paid({**self._whom, **order, **more})["id"])

    def pay_checkout(self, checkout_id: str) -> str:
        return str(self.paid({**self._whom, "checkout_id": checkout_id})["id"])

    def paid(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Whoever has too little tops up first."""
        answer = self.phone.insist("/v1/payments", body, key=new_key())
        if answer.code == "insufficient-funds":
            people.top_up(self.phone, dict(self.wallet), TOP_UP, new_key())
            answer = self.phone.insist("/v1/payments", body, key=new_key())
        found: dict[str, Any] = answer.expect(201)
        return found

    def follow(self, payment_id: str, what: str) -> str:
        return str(self.till.insist(f"/v1/payments/{payment_id}/{what}", {}, key=new_key()).expect(201)["id"])


def staged(local: Mapping[str, Any], merchant: Mapping[str, Any]) -> Stage:
    """`local`: what `build/local.json` says. Raises Unexpected if its first customer is not known any more."""
    shown, anybody = local["people"]["customers"][0], Client(local["api"])
    tokens = people.sign_in(anybody, Person(shown["identifier"], shown["password"], shown["display_name"]))
    if tokens is None:
        raise Unexpected(f"{shown['identifier']} is not known: `make reset` and `make run` seed them anew")
    phone = anybody.bearing(tokens["access_token"])
    wallet = next(one for one in people.wallets(phone) if one["id"] == shown["wallet_id"])
    return Stage(local, phone, anybody.bearing(merchant["api_key"]), wallet, merchant["id"])


def authorized(stage: Stage) -> Ids:
    return {"payment": stage.pay(capture="manual")}


def captured(stage: Stage) -> Ids:
    return {"payment": stage.pay()}


def voided(stage: Stage) -> Ids:
    held = stage.pay(capture="manual")
    return {"payment": held, "void": stage.follow(held, "void")}


def refunded(stage: Stage) -> Ids:
    paid = stage.pay()
    return {"payment": paid, "refund": stage.follow(paid, "refunds")}


def checkout_paid(stage: Stage) -> Ids:
    order = {"amount": AMOUNT, "currency": stage.wallet["currency"], "order_reference": f"trigger-{new_key()[:8]}"}
    opened = stage.till.insist("/v1/checkouts", order).expect(201)["id"]
    return {"checkout": opened, "payment": stage.pay_checkout(opened)}


def expired(stage: Stage) -> Ids:
    """By somebody new, with an older clock: an authorisation runs out after seven days."""
    told = {"api": stage.local["api"], "bank": stage.local["bank"], "merchant_id": stage.merchant_id, "amount": AMOUNT}
    told |= {"webhook_secret": stage.local["webhook_secrets"]["sandbox"]}
    environment = stack.environment(stage.local["aws"]["endpoint"])
    return dict(json.loads(seed.inside("infra.local.late", environment=environment, told=json.dumps(told))))


def disputed(stage: Stage) -> Ids:
    paid = stage.pay()
    wish = {"reason": "not_received", "text": "It has not come"}
    begun = stage.phone.insist(f"/v1/payments/{paid}/disputes", wish, key=new_key()).expect(201)
    return {"payment": paid, "dispute": str(begun["id"])}


def dispute_agreed(stage: Stage) -> Ids:
    begun = disputed(stage)
    stage.till.insist(f"/v1/disputes/{begun['dispute']}/agree", {}, key=new_key()).expect(201)
    return begun


def payout_paid(stage: Stage) -> Ids:
    return trigger_payouts.paid_out(stage, trigger_payouts.PAID)


def payout_refused(stage: Stage) -> Ids:
    return trigger_payouts.paid_out(stage, trigger_payouts.REFUSED)


def pinged(stage: Stage) -> Ids:
    """To the first endpoint there is."""
    path = f"/v1/merchants/{stage.merchant_id}/webhook-endpoints"
    known = stage.till.get(path).expect(200)["data"]
    first = next((one["id"] for one in known if one["state"] == "enabled"), None)
    if first is None:
        raise Unexpected("nobody to ping: the merchant has no endpoint that is enabled")
    return {"endpoint": first, "event": stage.till.insist(f"{path}/{first}/test", None).expect(202)["id"]}


TRIGGERS: Mapping[str, tuple[Callable[[Stage], Ids], str]] = {
    "payment.authorized": (authorized, "a customer's payment is held"),
    "payment.captured": (captured, "a customer pays"),
    "payment.voided": (voided, "a payment is held, and released"),
    "payment.expired": (expired, "a deposit of eight days ago that nobody took is let go, within a minute or two"),
    "refund.succeeded": (refunded, "a customer pays, and is paid back"),
    "checkout.paid": (checkout_paid, "an order is opened, and paid"),
    "settlement.created": (captured, "a customer pays; the settlement follows within minutes"),
    "payout.succeeded": (payout_paid, "a customer pays, and what the merchant holds is paid out, within minutes"),
    "payout.failed": (payout_refused, "likewise, but the bank refuses it, and it comes back"),
    "dispute.opened": (disputed, "a customer pays, and disputes it"),
    "dispute.closed": (dispute_agreed, "likewise, and the merchant agrees"),
    "ping": (pinged, "the first endpoint is pinged"),
}
