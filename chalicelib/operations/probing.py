"""One check, a step after the other, through the public API; it knows no more of the product than an app does.

sign in ─▶ mend what earlier checks left ─▶ top up ─▶ it arrives ─▶ pay ─▶ read it ─▶ refund ─▶ the balance adds up
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec

from chalicelib.kernel import clock
from chalicelib.operations import model_probes as model
from chalicelib.operations.calling import Caller, Failed, Refused, Resting
from chalicelib.operations.model_probes import CENT, Name, Outcome, ProbeStep, Unfinished

WITHIN = timedelta(seconds=42)
"""All of a check; the function that makes it may run for a minute, and waits a little for another one before."""
ARRIVES_WITHIN, LOOK_EVERY_SECONDS = timedelta(seconds=20), 1.0
METHOD = "plain"
"""At the sandbox bank: whatever the amount ends in, nothing unusual happens."""
_NEEDS: dict[Name, tuple[Name, ...]] = {
    "mend": ("sign-in",),
    "top-up": ("sign-in",),
    "arrival": ("top-up",),
    "payment": ("sign-in",),
    "reading": ("payment",),
    "refund": ("payment",),
    "balance": ("payment", "refund"),
    "sign-out": ("sign-in",),
}


class ProbeCustomer(msgspec.Struct, frozen=True):
    identifier: str
    password: str
    device_token: str
    wallet_id: str
    currency: str


class ProbeMerchant(msgspec.Struct, frozen=True):
    id: str
    api_key: str


class Credentials(msgspec.Struct, frozen=True):
    """As the secret `<stack>/probe` has them."""

    customer: ProbeCustomer
    merchant: ProbeMerchant


class _Skipped(Exception):
    """There is nothing to do in this step."""


class Journey:
    """`steps` and `unfinished` are what is known after `go`. `processor`: whom to top up with; empty for nobody."""

    def __init__(
        self, who: Credentials, check_id: str, processor: str, url: str, left: tuple[Unfinished, ...], at: datetime
    ) -> None:
        self._who, self._id, self._processor, self._left = who, check_id, processor, left
        self._anybody = self._customer = Caller(url, at + WITHIN)
        self._merchant = self._anybody.bearing(who.merchant.api_key)
        self._before = self._moved = self._late = 0
        self._topup_id = self._payment_id = ""
        self._refused: set[str] = set()
        self.steps: list[ProbeStep] = []
        self.unfinished = [*left]

    def go(self) -> None:
        acts: dict[Name, Callable[[], None]] = {
            "sign-in": self._sign_in,
            "mend": self._mend,
            "top-up": self._top_up,
            "arrival": self._arrive,
            "payment": self._pay,
            "reading": self._read,
            "refund": self._refund,
            "balance": self._add_up,
            "sign-out": self._sign_out,
        }
        for name in get_args(Name):
            self._step(name, acts[name])
        if self._is_unfinished():
            topup_id = self._topup_id if self._was("arrival", "bad") else ""
            self.unfinished.append(self._as_it_went(Unfinished(self._id, topup_id)))

    def _step(self, name: Name, act: Callable[[], None]) -> None:
        if not all(self._was(needed, "good") for needed in _NEEDS.get(name, ())):
            self.steps.append(ProbeStep(name, "skipped", 0))
            return
        began, outcome, reason = clock.now(), "good", ""
        try:
            act()
        except _Skipped:
            outcome = "skipped"
        except Resting:
            outcome = "rested"
        except Failed as problem:
            outcome, reason = "bad", problem.reason
        except (KeyError, TypeError):
            outcome, reason = "bad", "not an answer of the API"
        took = round((clock.now() - began).total_seconds() * 1000)
        self.steps.append(ProbeStep(name, msgspec.convert(outcome, Outcome), took, reason))

    def _was(self, name: Name, outcome: Outcome) -> bool:
        return any(one.step == name and one.outcome == outcome for one in self.steps)

    def _is_unfinished(self) -> bool:
        """After a step that failed, what it asked for may have happened all the same: the next check looks."""
        moving: tuple[Name, ...] = ("top-up", "arrival", "payment", "refund")
        return any(self._was(name, "bad") for name in moving) or self._was("refund", "rested")

    def _sign_in(self) -> None:
        """By password, as an app that was closed does; ended again by the last step, so that no token is kept."""
        own = self._who.customer
        claim = {"identifier": own.identifier, "password": own.password, "device_token": own.device_token}
        self._customer = self._anybody.bearing(_word(self._anybody.post("/v1/sessions", claim), "access_token"))
        self._before = self._balance()

    def _mend(self) -> None:
        """What is left of earlier checks. A cent that is still on its way may arrive at any moment of this one."""
        self.unfinished = list(self._left[model.MENDED_AT_ONCE :])
        given_back = 0
        for number, one in enumerate(self._left[: model.MENDED_AT_ONCE]):
            try:
                given_back += self._give_back(one)
                if one.topup_id and not self._is_over(one.topup_id):
                    self.unfinished.append(one)
            except (Failed, Resting):
                later = self._left[number + 1 : model.MENDED_AT_ONCE]
                self.unfinished = [self._as_it_went(one), *later, *self.unfinished]
                raise
            finally:
                self._late = len(self.unfinished)
        self._before = self._balance() if self._left else self._before

    def _give_back(self, one: Unfinished) -> int:
        """Each payment of a check, found by its reference: a check that died need not have heard what it was called."""
        found = self._merchant.get(f"/v1/payments?order_reference={one.check_id}")["data"]
        owed = [payment for payment in found if payment["captured"] and not payment["refunded"]]
        for payment in owed:
            self._give_back_of(payment["id"], one)
        return len(owed)

    def _give_back_of(self, payment_id: str, one: Unfinished) -> None:
        try:
            self._merchant.post(f"/v1/payments/{payment_id}/refunds", {"amount": CENT}, key=one.refund_key)
        except Refused:
            self._refused.add(one.check_id)
            raise

    def _as_it_went(self, one: Unfinished) -> Unfinished:
        """Where nobody knows what became of a refund the key stays as it is, so that it moves nothing twice."""
        return msgspec.structs.replace(one, refused=one.refused + (one.check_id in self._refused))

    def _is_over(self, topup_id: str) -> bool:
        return self._customer.get(f"/v1/topups/{topup_id}")["status"] in ("succeeded", "failed")

    def _top_up(self) -> None:
        if not self._processor:
            raise _Skipped
        wish = self._wallet | {"amount": CENT, "processor": self._processor, "method": METHOD}
        made = self._customer.post("/v1/topups", wish, key=f"{self._id}-top-up")
        self._topup_id = _word(made, "id")
        if made.get("status") == "failed":
            raise Failed(f"failed {made.get('reason') or ''}".strip())

    def _arrive(self) -> None:
        until = clock.now() + ARRIVES_WITHIN
        while (found := self._customer.get(f"/v1/topups/{self._topup_id}"))["status"] != "succeeded":
            if found["status"] == "failed":
                raise Failed(f"failed {found.get('reason') or ''}".strip())
            if clock.now() >= until:
                raise Failed(f"still {found['status']}")
            clock.pause(LOOK_EVERY_SECONDS)
        self._moved += CENT

    def _pay(self) -> None:
        amount = model.to_pay(self._balance())
        wish = self._wallet | {"merchant_id": self._who.merchant.id, "amount": amount, "order_reference": self._id}
        paid = self._customer.post("/v1/payments", wish | {"confirm_duplicate": True}, key=f"{self._id}-payment")
        self._payment_id, self._moved = _word(paid, "id"), self._moved - amount

    def _read(self) -> None:
        if (status := self._customer.get(f"/v1/payments/{self._payment_id}").get("status")) != "captured":
            raise Failed(f"is {status}")

    def _refund(self) -> None:
        self._give_back_of(self._payment_id, Unfinished(self._id))
        self._moved += CENT

    def _add_up(self) -> None:
        """Where a step failed, nobody knows what it must come to: that is no second fault."""
        if self._is_unfinished() or self._was("mend", "bad"):
            raise _Skipped
        after = self._balance()
        if not model.adds_up(self._before, self._moved, after, self._late):
            raise Failed(f"{after} instead of {self._before + self._moved}")

    def _sign_out(self) -> None:
        self._customer.ask("DELETE", "/v1/sessions/current", 204)

    def _balance(self) -> int:
        found = self._customer.get(f"/v1/wallets/{self._who.customer.wallet_id}").get("available")
        if not isinstance(found, int):
            raise Failed("no balance")
        return found

    @property
    def _wallet(self) -> dict[str, Any]:
        return {"wallet_id": self._who.customer.wallet_id, "currency": self._who.customer.currency}


def _word(answer: dict[str, Any], name: str) -> str:
    """Raises Failed: a sign-in that asks for a second factor has no token, for instance."""
    if not isinstance(found := answer.get(name), str):
        raise Failed(f"no {name}")
    return found
