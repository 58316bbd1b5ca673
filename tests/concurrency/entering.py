"""Codes, passwords and refresh tokens, used by many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.concurrency import acts
from tests.concurrency.acts import Request, Told
from tests.concurrency.crowd import Act
from tests.concurrency.findings import Findings
from tests.concurrency.town import Town
from tests.people import PASSWORD

CODE_TRIES, FAILURES = 5, 5


def codes(town: Town, found: Findings) -> None:
    """The right code from everybody; then a new one, guessed at."""
    name = town.address("newcomer")
    code = town.crowd.alone(acts.sign_up, name)
    told = _verify(town, found, name, [code] * (6 * town.size))
    won = [one.json["user"]["id"] for one in told if one.made]
    found.hold(20, "of N uses of one code one wins", len(won) == 1, f"{len(won)} of {len(told)}")
    name = town.address("newcomer")
    code = town.crowd.alone(acts.sign_up, name)
    wrong = [f"{(int(code) + 1 + place) % 1_000_000:06d}" for place in range(25 * town.size)]
    guessed = town.mixed([Act(acts.guess, (name, one)) for one in wrong])
    found.hear([one for one, _ in guessed], "invalid-or-expired")
    compared = sum(compared for _, compared in guessed)
    found.hold(20, "however many guess, five codes are compared", compared == CODE_TRIES, f"{compared} of {len(wrong)}")
    late = _verify(town, found, name, [code])
    found.hold(20, "after that the right code is dead too", not late[0].made, late[0].code)


def passwords(town: Town, found: Findings) -> None:
    """Wrong ones for a name that is known and for one that is not; then the right one, too late."""
    known, unknown = town.address("owner"), town.address("nobody")
    town.crowd.alone(acts.settle_in, known, 0)
    for name, expected in ((known, FAILURES), (unknown, 0)):
        guessed = town.mixed([Act(acts.guess_password, (name, "wrong horse battery"))] * (10 * town.size))
        found.hear([one for one, _ in guessed], "invalid-credentials")
        compared = sum(compared for _, compared in guessed)
        told = f"{compared} of {len(guessed)}"
        found.hold(20, "however many guess, five passwords are compared", compared == expected, told)
    late, _ = town.crowd.alone(acts.guess_password, known, PASSWORD)
    found.hold(20, "after that the right password is refused like a wrong one", not late.made, late.code)


def refresh_tokens(town: Town, found: Findings) -> None:
    """One token, from one device that taps again and again, then from as many devices as there are attempts."""
    tapper, victim = town.customers(2, 1_000)
    shop = town.shop()
    told = town.ask([_refresh(tapper.refresh_token, "phone")] * (4 * town.size))
    found.hear(told)
    successors = {one.json["refresh_token"] for one in told if one.made}
    found.hold(20, "one device gets one successor, however often it asks", len(successors) == 1, f"{len(told)} asked")
    told = town.ask(_refresh(victim.refresh_token, f"device {place}") for place in range(4 * town.size))
    found.hear(told, "invalid-token")
    won = [one.json for one in told if one.made]
    found.hold(20, "of N devices with one token one wins", len(won) == 1, f"{len(won)} of {len(told)}")
    tokens = [victim.token, *(one["access_token"] for one in won)]
    tries = [replace(town.purchase(victim, shop, 100), token=token) for token in tokens]
    last = town.ask([*tries, *(_refresh(one["refresh_token"], "device") for one in won)])
    found.hear(last, "invalid-token")
    found.hold(21, "a token used twice ends the session and its payments", not any(one.made for one in last), len(last))
    town.audit(found)


def _verify(town: Town, found: Findings, name: str, codes: Sequence[str]) -> list[Told]:
    asked = [Request("POST", "/v1/users/verify", {"identifier": name, "code": code}) for code in codes]
    told = town.mixed([Act(acts.ask, (request,)) for request in asked])
    found.hear(told, "invalid-or-expired")
    return told


def _refresh(token: str, device: str) -> Request:
    return Request("POST", "/v1/sessions/refresh", {"refresh_token": token}, device=device)
