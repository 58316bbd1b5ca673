"""People who mistype and forget their passwords, and strangers who guess at them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.simulation import leaving
from tests.simulation.errands import epoch_in
from tests.simulation.leaving import Leave
from tests.simulation.owner import Owner
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.world import World

PASSWORD = "correct horse battery staple"
WRONG = "wrong horse battery staple"
_MISTYPED, _BORROWED, _FORGOTTEN = 0.1, 0.3, 0.3
_BURST = (1, 4, 5, 9)
_NOBODIES = 3


class Forgetful(Owner):
    """What a person knows of their way in. `passwords`: which may be the right one; more than one while in doubt."""

    world: World
    identifier: str
    number: int
    stage: str
    busy: bool
    access: str
    refresh: str
    user: str
    wallet: str
    over: set[str]
    leave: Leave

    def __init__(self) -> None:
        super().__init__()
        self.passwords, self.device_token, self.resets = [PASSWORD], "", 0
        self.former = [WRONG]
        """Passwords that are not good, or not any more, as we were told."""
        self.confirming = False

    def _sign_in(self, chance: random.Random) -> None:
        known, wrong = list(self.passwords), chance.random() < _MISTYPED
        password = chance.choice(self.former if wrong else known)
        token = "" if chance.random() < _BORROWED else self.device_token
        claim = {"identifier": self.identifier, "password": password} | ({"device_token": token} if token else {})
        sent_at = self.world.clock.seconds

        def then(reply: Reply | None) -> None:
            self.busy = False
            if reply and reply.status in (201, 202):
                hold(not wrong, "a wrong password, or an old one, opens nothing", claim=claim)
                self.passwords = self.passwords if self.confirming else [password]
            if reply and reply.status == 201:
                self.leave = Leave()
                risky = "risk" in self.world.claims(reply.json["access_token"])
                hold(bool(token) or risky, "a device that shows nothing of before is a new one", answer=reply.raw)
                self._keep(reply.json)
            elif reply and reply.status == 202:
                self._second_half(reply.json["challenge"])
            elif reply and reply.status == 401:
                sure = self.user and not wrong and known == self.passwords == [password]
                closed = self.world.doors.may_refuse(self.user, token, sent_at) or self.enrolled_since(sent_at)
                left = self.leave.asked_at is not None
                hold(not sure or closed or left, "the right password opens, whatever strangers do", claim=claim)
                if sure and not closed:
                    leaving.turned_away(self)
                else:
                    self.stage = self._without_luck()

        self.world.send("POST", "/v1/sessions", claim, {}, then)

    def _without_luck(self) -> str:
        if not self.user:
            return "new"
        return "lost" if self.world.chance.random() < _FORGOTTEN else self.stage

    def forget(self) -> None:
        raise AssertionError("a person does")

    def _second_half(self, challenge: str) -> None:
        raise AssertionError("a person does")

    def _keep(self, tokens: dict[str, Any]) -> None:
        raise AssertionError("a person does")

    def _forget(self, chance: random.Random) -> None:
        """Ask for a code, signed in or not."""
        self.busy = True

        def then(reply: Reply | None) -> None:
            self.busy = False
            if reply and reply.status == 202:
                self.stage = "reset"
            elif self.stage == "lost":
                self.stage = "out"

        self.world.send("POST", "/v1/password-resets", {"identifier": self.identifier}, {}, then)

    def _confirm(self, chance: random.Random) -> None:
        self.resets += 1
        new, access, refresh = f"{PASSWORD} {self.resets}", self.access, self.refresh
        code = self.world.code_of(self.identifier)
        body = {"identifier": self.identifier, "code": code, "new_password": new}
        before, self.confirming = list(self.passwords), True
        self.passwords = [*before, new]

        def then(reply: Reply | None) -> None:
            self.busy, self.stage, self.confirming = False, "out", False
            if reply and reply.status == 204:
                self.passwords, self.former = [new], [*self.former, *before]
                self.over.add(refresh)
                wallet = self.world.model.wallets[self.wallet]
                hold(wallet.epoch > epoch_in(access), "a reset stops payments at once", wallet=wallet)
            elif reply and reply.status == 400:
                self.passwords = before
                self.stage = "lost" if self.world.chance.random() < 0.5 else "out"

        self.world.send("POST", "/v1/password-resets/confirm", body, {}, then)


def guess(world: World, chance: random.Random) -> None:
    """A stranger at somebody's name, or at nobody's, at once or nearly so."""
    known = [person.identifier for person in world.people if person.user]
    names = [*known, *(f"nobody{number}@example.com" for number in range(_NOBODIES))]
    claim = {"identifier": chance.choice(names), "password": WRONG}

    def then(reply: Reply | None) -> None:
        hold(
            reply is None or reply.status in (401, 503), "a wrong password opens nothing", status=reply and reply.status
        )

    world.count("guessed-at")
    for _ in range(chance.choice(_BURST)):
        world.send("POST", "/v1/sessions", claim, {}, then)
