"""What people do about their own access: an authenticator, a payment PIN, a step-up; they mistype, and try again."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.identity import totp
from chalicelib.identity.model_factors import STEP_SECONDS
from tests.api.caller import Reply
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.world import World

PIN, WRONG_PIN = "428571", "310597"
_MISTYPED = 0.2


class Owner:
    """Of an account. `secret`: of the authenticator that may be in force; `used`: steps that let them in, as told."""

    world: World
    access: str
    identifier: str
    passwords: list[str]

    def __init__(self) -> None:
        self.secret, self.last_code = "", ""
        self.used: set[int] = set()
        self.has_pin = False
        self.confirmations, self.confirmed_at = 0, 0.0
        """Of an authenticator: on their way, and when the last one was answered."""

    def _mine(self, method: str, path: str, body: dict[str, Any] | None, then: Any) -> None:
        self.world.send(method, path, body, {"Authorization": f"Bearer {self.access}"}, then)

    def _enrol(self, chance: random.Random) -> None:
        """Propose, and confirm with what the phone shows."""

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 201:
                self.secret, self.used = reply.json["secret"], set()
                self._confirm_code()

        self._mine("POST", "/v1/me/totp", {"password": self.passwords[-1]}, then)

    def _confirm_code(self) -> None:
        step = self._step()
        self.confirmations += 1

        def then(reply: Reply | None) -> None:
            self.confirmations, self.confirmed_at = self.confirmations - 1, self.world.clock.seconds
            if reply and reply.status == 204:
                self.used.add(step)
                self.world.model.effects["authenticator"] += 1

        self._mine("POST", "/v1/me/totp/confirm", {"code": totp.code_of(self.secret, step)}, then)

    def enrolled_since(self, seconds: float) -> bool:
        """Perhaps: a password that was compared before is not enough any more."""
        return self.confirmations > 0 or self.confirmed_at >= seconds

    def _forget_it(self, chance: random.Random) -> None:
        self._mine("DELETE", "/v1/me/totp", {"password": self.passwords[-1]}, lambda reply: None)

    def second_half(self, chance: random.Random, challenge: str, keep: Any, give_up: Any) -> None:
        """A code, the right one or not."""
        step, draw = self._step(), chance.random()
        code = totp.code_of(self.secret, step) if self.secret else "000000"
        if draw < _MISTYPED:
            code = f"{(int(code) + 1) % 1_000_000:06d}"

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 201:
                hold(draw >= _MISTYPED, "a wrong code opens nothing", answer=reply.raw)
                hold(step not in self.used, "a step of an authenticator is used once", step=step, used=self.used)
                self.used.add(step)
                self.world.model.effects["second-factor"] += 1
                keep(reply.json)
                self._same_code_again(code)
            else:
                give_up()

        body = {"challenge": challenge, "method": "totp", "code": code}
        self.world.send("POST", "/v1/sessions/second-factor", body, {}, then)

    def _same_code_again(self, code: str) -> None:
        """As somebody would who had looked over their shoulder."""

        def refused(reply: Reply | None) -> None:
            opened = reply is not None and reply.status == 201
            hold(not opened, "a step of an authenticator is used once", answer=reply and reply.raw)

        def answer(reply: Reply | None) -> None:
            if reply and reply.status == 202:
                body = {"challenge": reply.json["challenge"], "method": "totp", "code": code}
                self.world.send("POST", "/v1/sessions/second-factor", body, {}, refused)

        claim = {"identifier": self.identifier, "password": self.passwords[-1]}
        self.world.send("POST", "/v1/sessions", claim, {}, answer)

    def _step(self) -> int:
        """By the phone's clock, which is right."""
        return int(self.world.model.started + self.world.clock.seconds) // STEP_SECONDS

    def _prove(self, chance: random.Random, proved: Callable[[], None] = lambda: None) -> None:
        """Step up with the PIN, which is set first."""
        if not self.has_pin:
            self._set_pin()
            return
        typed, bearing = (WRONG_PIN if chance.random() < _MISTYPED else PIN), self.access

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                hold(typed == PIN, "a wrong PIN proves nothing", answer=reply.raw)
                self.world.model.effects["step-up"] += 1
                if self.access == bearing:
                    self.access = reply.json["access_token"]
                    proved()

        self._mine("POST", "/v1/me/step-up", {"method": "pin", "pin": typed}, then)

    def _set_pin(self) -> None:
        def then(reply: Reply | None) -> None:
            self.has_pin = self.has_pin or (reply is not None and reply.status == 204)

        self._mine("PUT", "/v1/me/payment-pin", {"pin": PIN, "password": self.passwords[-1]}, then)
