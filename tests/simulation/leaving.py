"""People who delete their account, by mistake mostly, and come back: what they must be told, and what must be true."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.api.caller import Reply
from tests.simulation import told_of_cards
from tests.simulation.errands import SKEW_SECONDS, epoch_in
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.forgetful import Forgetful
    from tests.simulation.people import Person

THIRTY_DAYS = 30 * 86_400
REASON = "account-deleted"
_STAYS = frozenset({"balance-left", "wallet-frozen", "invalid-state"})


class Leave:
    """What a person knows of their own account's end."""

    def __init__(self) -> None:
        self.asked_at: float | None = None
        """When a deletion was asked for that may have happened; None while the account is theirs for certain."""
        self.refused = False
        """A restore was: it was restored before, and that answer lost, or it is too late."""

    def over(self, now: float) -> bool:
        return self.asked_at is not None and now + SKEW_SECONDS >= self.asked_at + THIRTY_DAYS


def leave(person: Person, chance: random.Random) -> None:
    """Most know that they must empty their wallet first."""
    wallet, access, password = (
        person.world.model.wallets[person.wallet],
        person.access,
        {"password": person.passwords[-1]},
    )
    if any(wallet.buckets) and chance.random() < 0.9:
        return
    moved = bool(wallet.moments)
    person.leave.asked_at = sent_at = person.world.clock.seconds
    person.busy = True

    def then(reply: Reply | None) -> None:
        person.busy = False
        code = reply.json["code"] if reply and reply.status >= 400 else ""
        if reply and reply.status == 204:
            hold(wallet.epoch > epoch_in(access), "a deletion stops payments at once", wallet=wallet)
            person.stage = "gone"
            person.world.count("account-deleted")
        elif code == "balance-left":
            hold(moved or bool(wallet.moments), "only money blocks a deletion", answer=reply and reply.raw)
            told_of_cards.judge_left(person.world.model, reply.json if reply else {}, sent_at)
        if code in _STAYS and code != "invalid-state":
            person.leave.asked_at = None

    person.world.send("DELETE", "/v1/me", password, {"Authorization": f"Bearer {access}"}, then)


def come_back(person: Person, chance: random.Random) -> None:
    """Not at once: let a while pass, sometimes more than thirty days."""
    known, password = list(person.passwords), person.passwords[-1]
    claim = {"identifier": person.identifier, "password": password}
    if chance.random() < 0.85:
        return
    person.busy, sent_at = True, person.world.clock.seconds

    def then(reply: Reply | None) -> None:
        person.busy = False
        if reply and reply.status == 201:
            _back(person, reply)
        elif reply and reply.status == 202:
            person.leave, person.stage = Leave(), "out"
            person._second_half(reply.json["challenge"])
        elif reply and reply.status == 401 and not person.world.doors.may_refuse(person.user, "", sent_at):
            person.leave.refused, person.stage = known == person.passwords == [password], "out"

    person.world.send("POST", "/v1/users/restore", claim, {}, then)


def _back(person: Person, reply: Reply) -> None:
    claims = person.world.claims(reply.json["access_token"])
    same = (claims["sub"], claims["wallets"]) == (person.user, [person.wallet])
    hold(same, "a restore gives the same account and wallets back", answer=claims, wallet=person.wallet)
    closed = person.world.model.wallets[person.wallet].status == "closed"
    hold(not closed or person not in person.world.people, "a restore opens the wallets", wallet=person.wallet)
    person.leave = Leave()
    person.world.count("account-restored")
    person._keep(reply.json)


def turned_away(person: Forgetful) -> None:
    """The right password does not open."""
    known = person.leave
    hold(not person.user or known.asked_at is not None, "the right password opens", person=person.identifier)
    if person.user and not known.refused:
        person.stage = "gone"
        return
    late = not person.user or known.over(person.world.clock.seconds)
    hold(late, "what was deleted comes back within thirty days", person=person.identifier, asked_at=known.asked_at)
    person.forget()
