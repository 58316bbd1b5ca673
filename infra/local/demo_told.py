"""The part of `make demo ACT=incident` about those who are told: subscribers, and the customers whom it hit."""

from __future__ import annotations

import re
from typing import Any

from chalicelib.kernel import clock, money
from infra.local import people
from infra.local.demo_failover import FIRST
from infra.local.demo_night import Night

STEPS_TOLD = ("identified", "monitoring", "resolved")
SLOW_SECONDS = 30
"""Whose top-up took longer was hit: those that nobody could answer for until the bank came back."""
_LINK = re.compile(r"/status/#/confirm/(sub_\w+)/(\S+)")
_WITHIN_SECONDS = 120.0


def subscribe(night: Night) -> None:
    """An address is told nothing before somebody has opened the link that was sent there."""
    with night.narrator.step("incident.subscribe"):
        what = night.narrator.words("incident.subscribe.now")
        for language in ("en", "zh"):
            address = night.subscribers[language] = f"told-{language}-{night.run}@coffer.example"
            night.street.insist("/v1/status/subscriptions", {"email": address, "language": language}).expect(202)
            subscriber, code = people.wait_for(lambda to=address: _link(night, to), what)
            proof = {"code": code}
            night.street.post(f"/v1/status/subscriptions/{subscriber}/confirm", proof).expect(200)


def _link(night: Night, address: str) -> tuple[str, str] | None:
    found = [one for one in (_LINK.search(sent["body"]) for sent in night.sent(address)) if one]
    return (found[0][1], found[0][2]) if found else None


def tell_subscribers(night: Night) -> None:
    """The sweep gives updates on; looked at once more, nobody is told twice."""
    with night.narrator.step("incident.told") as facts:
        what = night.narrator.words("incident.told.now")
        for language, address in night.subscribers.items():
            people.wait_for(lambda one=language, to=address: _told(night, one, to), what, _WITHIN_SECONDS, 1.0)
        night.sweep()
        for language, address in night.subscribers.items():
            night.must("updates", sorted(_updates(night, language, address)), sorted(STEPS_TOLD))
        facts.update(count=len(STEPS_TOLD))


def _told(night: Night, language: str, address: str) -> bool | None:
    if set(_updates(night, language, address)) == set(STEPS_TOLD):
        return True
    night.sweep()
    return None


def _updates(night: Night, language: str, address: str) -> list[str]:
    """The step of each message about this incident, by its own words in that language."""
    about = [one["body"] for one in night.sent(address) if night.incident_id in one["body"]]
    return [step for body in about for step in STEPS_TOLD if night.ready[step][language] in body]


def find_whom_it_hit(night: Night) -> None:
    """By what the journal and the request records say: from when the bank went until it was resolved."""
    path = f"/v1/incidents/{night.incident_id}/affected"
    wish = {"capabilities": ["top-ups"], "processor": FIRST, "slow_seconds": SLOW_SECONDS}

    def look() -> dict[str, Any] | None:
        night.sweep()
        found: dict[str, Any] = night.office.get(path).expect(200)
        return found if found["state"] == "done" else None

    with night.narrator.step("incident.hit") as facts:
        night.office.post(path, wish | {"from": clock.written(night.gone_at)}).expect(202)
        found = people.wait_for(look, night.narrator.words("incident.hit.now"), _WITHIN_SECONDS, 1.0)
        everybody = night.office.get(f"{path}/people?limit=100").expect(200)["data"]
        hers = {hit["id"] for one in everybody for hit in one["movements"]} & {one["id"] for one in night.asked_for}
        night.must("hit", sorted(hers), sorted(night.waiting))
        sums = ", ".join(f"{money.shown(one['amount'], one['currency'])} {one['outcome']}" for one in found["sums"])
        movements = sum(one["movements"] for one in found["sums"])
        facts.update(people=found["people"], movements=movements, sums=sums, hers=len(hers), name=_name(night))


def tell_whom_it_hit(night: Night) -> None:
    """In their own language, with why it was so; once, however often somebody presses."""
    path = f"/v1/incidents/{night.incident_id}/affected/notify"
    cause = night.incident["cause"][night.narrator.language]

    def look() -> dict[str, Any] | None:
        night.sweep()
        return next(iter(_notices(night)), None)

    with night.narrator.step("incident.sorry") as facts:
        for _ in range(2):
            night.office.post(path, {}).expect(202)
        notice = people.wait_for(look, night.narrator.words("incident.sorry.now"), _WITHIN_SECONDS, 1.0)
        night.must("inbox", cause in notice["body"], True)
        night.sweep()
        night.must("inbox", len(_notices(night)), 1)
        facts.update(name=_name(night), title=notice["title"])


def _notices(night: Night) -> list[dict[str, Any]]:
    found = night.phone.get("/v1/me/notices?limit=100").expect(200)["data"]
    return [one for one in found if night.ready["resolved"][night.narrator.language] in one["body"]]


def _name(night: Night) -> str:
    return night.narrator.words("name")
