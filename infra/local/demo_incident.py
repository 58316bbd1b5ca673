"""A bad day from beginning to end: a bank goes silent, an alarm rings, somebody is called: `make demo ACT=incident`."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.kernel import clock, money
from infra.local import demo_failover, demo_making_up, demo_told, people, seed
from infra.local.client import Client
from infra.local.demo_failover import FIRST, SECOND
from infra.local.demo_night import ALARM, Night
from infra.local.people import Person

BEFORE, DURING, PHONES = 10, 40, 3
DOWN_SECONDS = 110
"""The alarm takes two minutes in a row, whichever moment it begins at."""
RINGS_WITHIN_SECONDS, ENDS_WITHIN_SECONDS, HEARD_WITHIN_SECONDS = 150.0, 240.0, 60.0
ON_CALL = timedelta(minutes=30)
MOST_AFTERWARDS = 90
_LINK = re.compile(r"/pages/(pag_\w+)/(\S+)")


def join(night: Night) -> None:
    """A customer; and somebody who is on call tonight, with a role and an authenticator of their own."""
    demo_failover.join(night)
    with night.narrator.step("incident.rota") as facts:
        tokens = seed.operator(night.anybody) or {}
        night.boss = night.anybody.bearing(tokens["access_token"])
        _clear(night, night.boss)
        words, on_call, second = night.narrator.words, ("on-call", "support"), ("second", "finance")
        night.called, night.called_id, night.noor = _hired(night, words("incident.name"), *on_call)
        _, night.second_id, night.second = _hired(night, words("incident.second_name"), *second)
        now = clock.now()
        times = {"from": clock.written(now), "to": clock.written(now + ON_CALL)}
        night.boss.insist("/v1/on-call/shifts", {"person_id": night.called_id, **times}).expect(201)
        rota = night.boss.get("/v1/on-call").expect(200)
        night.must("on_call", rota["now"], [night.called_id])
        facts.update(name=night.called.display_name, minutes=int(ON_CALL / timedelta(minutes=1)))


def _clear(night: Night, boss: Client) -> None:
    """What an earlier night left on a cloud that goes on running."""
    known = boss.get("/v1/colleagues?limit=100").expect(200)["data"]
    ours = {one["id"] for one in known if one["name"].startswith(night.narrator.words("incident.name"))}
    for shift in boss.get("/v1/on-call/shifts?limit=100").expect(200)["data"]:
        if shift["person_id"] in ours:
            boss.send("DELETE", f"/v1/on-call/shifts/{shift['id']}").expect(204)
    if night.alarm()["StateValue"] == "ALARM":
        night.measured_until("OK", "incident.rota.now", ENDS_WITHIN_SECONDS)
    for one in boss.get("/v1/incidents?limit=100").expect(200)["data"]:
        if one["alarm"] == ALARM and one["state"] != "resolved":
            over = {"state": "resolved", "cause": one["body"], "remedy": one["body"]}
            boss.send("PATCH", f"/v1/incidents/{one['id']}", over).expect(200)


def _hired(night: Night, name: str, who: str, role: str) -> tuple[Person, str, Client]:
    """Somebody with a role and an authenticator of their own, signed in."""
    person = Person(f"{who}-{night.run}@coffer.example", f"awake at {night.run}", name, night.narrator.language)
    secrets: list[str] = []
    welcome = people.sign_up(night.anybody, person)
    people.enrol(night.anybody, person, welcome, secrets.append)
    person_id = welcome["user"]["id"]
    wish = {"person_id": person_id, "role": role, "reason": "is here for tonight"}
    night.admin.insist("/v1/operators", wish).expect(201)
    tokens = people.sign_in(night.anybody, person, secrets[0]) or {}
    return person, person_id, night.anybody.bearing(tokens["access_token"])


def lose_the_bank(night: Night) -> None:
    """It goes silent in the middle; whoever tops up meanwhile is served by the other one, or waits unharmed."""
    with night.narrator.step("incident.outage") as facts:
        _top_up(night, BEFORE)
        night.banks[FIRST].post("/_down", {"seconds": DOWN_SECONDS}).expect(200)
        night.banks[FIRST].close()
        night.down_at, night.gone_at = time.monotonic(), clock.now()
        _top_up(night, DURING)
        by = Counter(one["processor"] for one in night.asked_for[BEFORE:])
        night.must("failed", [one["reason"] for one in night.asked_for if one["status"] == "failed"], [])
        night.unknown = {one["id"] for one in night.asked_for if one["status"] == "unknown"}
        night.must("silent", bool(night.unknown), True)
        night.must("moved", by[SECOND] > 0, True)
        facts.update(
            before=BEFORE, during=DURING, bank=FIRST, second=SECOND, moved=by[SECOND], unknown=len(night.unknown)
        )
        night.must("breaker", _breaker(night) != "closed", True)


def _top_up(night: Night, count: int) -> None:
    first, local = night.asked, threading.local()
    night.asked += count

    def one(number: int) -> None:
        phone = local.__dict__.setdefault("phone", night.customer.twin())
        answer = phone.insist("/v1/topups", night.wish(number), key=f"{night.run}-{number}")
        answer.expect(201)
        with night.lock:
            night.answers.append(answer)
            night.narrator.progress(
                night.narrator.words("failover.storm.progress", done=len(night.answers), of=BEFORE + DURING)
            )

    with ThreadPoolExecutor(PHONES) as phones:
        list(phones.map(one, range(first, first + count)))


def _breaker(night: Night) -> str:
    found = night.office.get("/v1/processors/health").expect(200)["data"]
    return next(str(one["breaker"]) for one in found if (one["processor"], one["direction"]) == (FIRST, "in"))


def ring(night: Night) -> None:
    """Nobody sets it: the packaged alarm is judged by what the functions measured."""
    with night.narrator.step("incident.alarm") as facts:
        found = night.measured_until("ALARM", "incident.alarm.now", RINGS_WITHIN_SECONDS)
        night.waiting = _waiting(night)
        night.must("silent", night.unknown <= night.waiting, True)
        facts.update(alarm=ALARM, why=found["StateReason"], seconds=f"{time.monotonic() - night.down_at:.0f}")


def _waiting(night: Night) -> set[str]:
    """Of those that the silent bank has, whichever nobody can answer for before it is back."""
    phone, asked = night.phone, [one["id"] for one in night.asked_for if one["processor"] == FIRST]
    return {one for one in asked if phone.get(f"/v1/topups/{one}").expect(200)["status"] in ("pending", "unknown")}


def draft(night: Night) -> None:
    """In both languages, and told nobody."""

    def look() -> dict[str, Any] | None:
        found = night.office.get("/v1/incidents?limit=100").expect(200)["data"]
        return next((one for one in found if one["alarm"] == ALARM and one["state"] == "draft"), None)

    with night.narrator.step("incident.draft") as facts:
        found = people.wait_for(look, night.narrator.words("incident.draft.now"), HEARD_WITHIN_SECONDS)
        night.incident_id, night.page_id = found["id"], found["page_id"]
        sentences = night.office.get("/v1/incident-sentences").expect(200)["sentences"]
        night.ready = sentences[found["runbook"]]
        night.must("draft", found["body"], night.ready["investigating"])
        night.must("banner", night.banner("en"), None)
        facts.update(title=found["title"][night.narrator.language], runbook=found["runbook"])


def answer_the_page(night: Night) -> None:
    """By the link in the message; whoever was woken has not signed in."""
    contact = night.called.identifier if night.called else ""

    def look() -> tuple[str, str] | None:
        found = [one.groups() for one in map(_LINK.search, (sent["body"] for sent in night.sent(contact))) if one]
        return next(((page, code) for page, code in found if page == night.page_id), None)

    with night.narrator.step("incident.page") as facts:
        page, code = people.wait_for(look, night.narrator.words("incident.page.now"), HEARD_WITHIN_SECONDS)
        waiting = [one["id"] for one in night.office.get("/v1/on-call").expect(200)["pages"]]
        night.must("waiting", page in waiting, True)
        told = night.street.post(f"/v1/pages/{page}/acknowledge", {"code": code}).expect(200)
        night.must("taken", night.incident["taken_by"], night.called_id)
        left = [one["id"] for one in night.office.get("/v1/on-call").expect(200)["pages"]]
        night.must("waiting", page in left, False)
        facts.update(name=night.called.display_name if night.called else "", runbook=told["runbook"])


def tell(night: Night) -> None:
    """Everybody reads it, each in their own language."""
    with night.narrator.step("incident.tell") as facts:
        night.changed(state="identified", title=night.ready["title"], body=night.ready["identified"])
        for language in ("en", "zh"):
            _shown(night, language, night.ready["identified"][language])
        facts.update(words=night.ready["identified"][night.narrator.language])


def _shown(night: Night, language: str, wanted: str | None) -> None:
    """What was told holds for 15 s wherever it was read."""

    def look() -> bool | None:
        found = night.banner(language)
        return (found["body"] if found else None) == wanted or None

    people.wait_for(look, night.narrator.words("incident.tell.now"), HEARD_WITHIN_SECONDS)


def have_the_bank_back(night: Night) -> None:
    """Its breaker lets a few through; two that go well close it."""
    with night.narrator.step("incident.back") as facts:
        left = DOWN_SECONDS - (time.monotonic() - night.down_at)
        night.narrator.progress(night.narrator.words("incident.back.now"))
        time.sleep(max(0.0, left))
        probes = _probed(night)
        night.changed(state="monitoring", body=night.ready["monitoring"])
        facts.update(bank=FIRST, seconds=DOWN_SECONDS, probes=probes)


def _probed(night: Night) -> int:
    for number in range(MOST_AFTERWARDS):
        _top_up(night, 1)
        if _breaker(night) == "closed":
            return number + 1
        time.sleep(2)
    night.must("breaker", _breaker(night), "closed")
    return MOST_AFTERWARDS


def account_for_every_one(night: Night) -> None:
    """Whatever was unknown has an end by now, once; and the money in the wallet is what the banks' own books say."""
    with night.narrator.step("incident.ends") as facts:
        ids, ends = [one["id"] for one in night.asked_for], dict[str, str]()
        phone = night.phone

        def look() -> bool | None:
            for topup in [one for one in ids if one not in ends]:
                found = phone.get(f"/v1/topups/{topup}").expect(200)
                if found["status"] in ("succeeded", "failed"):
                    ends[topup] = found["status"]
            night.narrator.progress(night.narrator.words("failover.arrived.progress", done=len(ends), of=len(ids)))
            return len(ends) == len(ids) or None

        what = night.narrator.words("incident.ends.now")
        people.wait_for(look, what, demo_failover.KNOWN_WITHIN_SECONDS, pause_seconds=2.0)
        arrived = _compared(night, ends)
        how = Counter(ends[one] for one in night.unknown)
        facts.update(unknown=len(night.unknown), succeeded=how["succeeded"], failed=how["failed"])
        facts.update(count=len(ids), sum=money.shown(arrived, night.wallet["currency"]))


def _compared(night: Night, ends: dict[str, str]) -> int:
    amounts = {one["id"]: one["amount"] for one in night.asked_for}
    paid = {name: demo_failover.paid(bank, list(ends)) for name, bank in night.banks.items()}
    night.must("twice", sorted(paid[FIRST].keys() & paid[SECOND].keys()), [])
    good = {one for one, end in ends.items() if end == "succeeded"}
    night.must("paid", paid[FIRST].keys() | paid[SECOND].keys(), good)
    arrived = sum(amounts[one] for one in good)
    night.must("balance", night.phone.get(f"/v1/wallets/{night.wallet['id']}").expect(200)["available"], arrived)
    return arrived


def end(night: Night) -> None:
    """The alarm ends by itself; the incident does not: a person says why it was so and what mended it."""
    with night.narrator.step("incident.resolve") as facts:
        night.measured_until("OK", "incident.resolve.now", ENDS_WITHIN_SECONDS)
        people.wait_for(lambda: "ended" in _deeds(night) or None, night.narrator.words("incident.resolve.now"))
        refused = night.office.send("PATCH", f"/v1/incidents/{night.incident_id}", {"state": "resolved"})
        refused.expect(422, "invalid-request")
        night.must("field", refused.json["param"], "cause")
        cause = {tongue: night.narrator.words_in("incident.cause", tongue, bank=FIRST) for tongue in ("en", "zh")}
        remedy = {tongue: night.narrator.words_in("incident.remedy", tongue, bank=SECOND) for tongue in ("en", "zh")}
        night.changed(state="resolved", body=night.ready["resolved"], cause=cause, remedy=remedy)
        for language in ("en", "zh"):
            _shown(night, language, None)
        facts.update(deeds=len(_deeds(night)), cause=cause[night.narrator.language])


def _deeds(night: Night) -> list[str]:
    found = night.office.get(f"/v1/incidents/{night.incident_id}/history?limit=100").expect(200)["data"]
    return [one["deed"] for one in reversed(found)]


def measure(night: Night) -> None:
    """When it began is when the alarm rang; when the bank went is ours to know."""
    with night.narrator.step("incident.times") as facts:
        times = night.incident["times"]
        order = [times[f"{step}_seconds"] for step in ("detected", "acknowledged", "told", "resolved")]
        night.must("times", order, sorted(order))
        began = datetime.fromisoformat(times["began_at"]).astimezone(UTC)
        facts.update(before=f"{(began - night.gone_at).total_seconds():.0f}", began=times["began_at"][11:19])
        facts.update(zip(("detected", "acknowledged", "told", "resolved"), order, strict=True))
    with night.narrator.step("incident.books") as facts:
        books = night.street.get("/_local/books").expect(200)
        night.must("balanced", books["balanced"], True)
        facts.update(entries=books["entries"])


def go_home(night: Night) -> None:
    """Whoever was on call for this play has no role any more."""
    with night.narrator.step("incident.home") as facts:
        boss = night.admin
        for shift in boss.get("/v1/on-call/shifts?limit=100").expect(200)["data"]:
            if shift["person_id"] == night.called_id:
                boss.send("DELETE", f"/v1/on-call/shifts/{shift['id']}").expect(204)
        over = {"role": "customer", "reason": "the night is over"}
        for person in (night.called_id, night.second_id):
            boss.send("PATCH", f"/v1/operators/{person}", over).expect(200)
        facts.update(name=night.called.display_name if night.called else "")


STEPS = (
    join,
    demo_told.subscribe,
    lose_the_bank,
    ring,
    draft,
    answer_the_page,
    tell,
    have_the_bank_back,
    account_for_every_one,
    end,
    demo_told.tell_subscribers,
    demo_told.find_whom_it_hit,
    demo_told.tell_whom_it_hit,
    demo_making_up.propose,
    demo_making_up.approve,
    demo_making_up.spend,
    measure,
    go_home,
)
