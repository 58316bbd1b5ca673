"""Money between people, sent and cancelled, in a red packet, for a shared bill: `make demo ACT=social`.

Li Na and Zhang Wei have sent each other money before (`history.py`), so theirs goes at once; whoever is new waits.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from chalicelib.kernel import money
from infra.local import people
from infra.local.client import Client, new_key
from infra.local.history import PIN
from infra.local.narration import Narrator, Wrong
from infra.local.people import Person

CURRENCY = "CNY"
TEA, GIFT, PACKET, DINNER = 1_880, 5_000, 8_800, 12_000
SHARES, GUESTS = 6, 8
AT_ONCE = 4
_HEARD_WITHIN_SECONDS = 60.0


@dataclass
class Evening:
    """Two old friends, and guests who are new in each run."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:8])
    guests: list[Client] = field(default_factory=list)
    packet: dict[str, Any] = field(default_factory=dict)
    friend: str = ""
    """What Zhang Wei's check of Li Na is signed as; good for a quarter of an hour."""

    def __post_init__(self) -> None:
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        self.wei, self.na = (self._friend(number) for number in (0, 1))

    def _friend(self, number: int) -> Client:
        known = self.local["people"]["customers"][number]
        person = Person(known["identifier"], known["password"], known["display_name"])
        people.know(person.identifier, known["device_token"])
        return self.anybody.bearing((people.sign_in(self.anybody, person) or {})["access_token"])

    def identifier(self, number: int) -> str:
        return str(self.local["people"]["customers"][number]["identifier"])

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))


def look_first(evening: Evening) -> None:
    """Who it is shows before anything is sent; a name that does not fit, too."""
    name = evening.local["people"]["customers"][1]["display_name"]
    with evening.narrator.step("social.look") as facts:
        seen, other = (_checked(evening.wei, evening.identifier(1), one) for one in (name, "Bob Miller"))
        evening.must("match", (seen["match"], other["match"]), ("exact", "none"))
        evening.friend = seen["payee_check"]
        facts.update(identifier=evening.identifier(1), name=seen["name"])


def send_at_once(evening: Evening) -> None:
    """They have paid each other before. A link in the note is refused, and nothing moves."""
    with evening.narrator.step("social.send") as facts:
        before = [_available(one) for one in (evening.wei, evening.na)]
        bad = _sent(evening.wei, evening.friend, TEA, note="win at www.prize.example")
        bad.expect(422, "invalid-request")
        sent = _sent(evening.wei, evening.friend, TEA, note=evening.narrator.words("social.note")).expect(201)
        evening.must("status", (sent["status"], sent.get("reason", "")), ("completed", ""))
        after = [_available(one) for one in (evening.wei, evening.na)]
        evening.must("balance", after, [before[0] - TEA, before[1] + TEA])
        facts.update(amount=_shown(TEA), note=sent["note"], balance=_shown(after[1]))


def wait_with_a_stranger(evening: Evening) -> None:
    """The first time money waits, and whoever sent it may think again."""
    with evening.narrator.step("social.first") as facts:
        host = _guest(evening, 0, GIFT)
        seen = _checked(host, evening.identifier(0))
        sent = _sent(host, seen["payee_check"], GIFT).expect(201)
        evening.must("status", (sent["status"], sent["reason"]), ("scheduled", "new-payee"))
        evening.must("balance", _available(host), 0)
        back = host.post(f"/v1/transfers/{sent['id']}/cancel", {}).expect(200)
        evening.must("status", back["status"], "cancelled")
        evening.must("balance", _available(host), GIFT)
        facts.update(hours=seen["delay_hours"], why=seen["explanation"], balance=_shown(GIFT))


def invite(evening: Evening) -> None:
    """Somebody without an account is told that money waits for them."""
    address = f"cousin-{evening.run}@coffer.example"

    def look() -> dict[str, Any] | None:
        found = evening.anybody.get(f"/_local/outbox?to={address}").expect(200)["data"]
        return found[0] if found else None

    with evening.narrator.step("social.invite") as facts:
        seen = _checked(evening.wei, address)
        evening.must("invited", seen["invitation"], True)
        sent = _sent(evening.wei, seen["payee_check"], TEA).expect(201)
        message = people.wait_for(look, evening.narrator.words("social.invite.now"), _HEARD_WITHIN_SECONDS)
        evening.wei.post(f"/v1/transfers/{sent['id']}/cancel", {}).expect(200)
        facts.update(address=address, subject=message["subject"])


def hand_out_a_packet(evening: Evening) -> None:
    """More guests than shares, all at once: each share is somebody's, nobody has two, and the sum is exact."""
    with evening.narrator.step("social.packet") as facts:
        wish = {"amount": PACKET, "currency": CURRENCY, "split": "lucky", "shares": SHARES}
        wish |= {"greeting": evening.narrator.words("social.greeting")}
        evening.packet = evening.wei.insist("/v1/red-packets", wish, key=new_key()).expect(201)
        for number in range(1, GUESTS):
            evening.narrator.progress(evening.narrator.words("social.guests", done=number, of=GUESTS))
            _guest(evening, number, 0)
        with ThreadPoolExecutor(AT_ONCE) as phones:
            claims = list(phones.map(lambda guest: _claimed(evening, guest), evening.guests))
        won = [claim.json["amount"] for claim in claims if claim.status == 201]
        evening.must("winners", (len(won), sum(won)), (SHARES, PACKET))
        seen = evening.wei.get(f"/v1/red-packets/{evening.packet['id']}").expect(200)
        best = [one["amount"] for one in seen["claims"] if one["best"]]
        evening.must("best", best[0], max(won))
        facts.update(amount=_shown(PACKET), shares=SHARES, guests=GUESTS, best=_shown(max(won)), least=_shown(min(won)))


def share_a_bill(evening: Evening) -> None:
    """A friend and a guest owe a third each; one pays by halves, the other steps up; the last coin closes it."""
    with evening.narrator.step("social.bill") as facts:
        checks = [evening.friend, _checked(evening.wei, _address(evening, 0))["payee_check"]]
        wish = {"amount": DINNER, "currency": CURRENCY, "own_share": 1, "note": evening.narrator.words("social.dinner")}
        wish |= {"people": [{"payee_check": one} for one in checks]}
        bill = evening.wei.insist("/v1/bill-splits", wish, key=new_key()).expect(201)
        bill, part = evening.wei.get(f"/v1/bill-splits/{bill['id']}").expect(200), DINNER // 3
        evening.must("parts", [one["amount"] for one in bill["parts"]], [part, part])
        host, path = _proved(evening, 0), f"/v1/bill-splits/{bill['id']}/payments"
        for payer, amount in ((evening.na, part // 2), (evening.na, part - part // 2), (host, part)):
            payer.insist(path, {"amount": amount, "currency": CURRENCY}, key=new_key()).expect(201)
        more = host.post(path, {"amount": 1, "currency": CURRENCY}, key=new_key())
        evening.must("closed", more.status, 409)
        after = evening.wei.get(f"/v1/bill-splits/{bill['id']}").expect(200)
        evening.must("status", (after["status"], after.get("left", 0)), ("paid", 0))
        facts.update(amount=_shown(DINNER), part=_shown(part))


def prove_the_books(evening: Evening) -> None:
    with evening.narrator.step("social.books") as facts:
        books = evening.anybody.get("/_local/books").expect(200)
        evening.must("balanced", books["balanced"], True)
        facts.update(entries=books["entries"])


def _address(evening: Evening, number: int) -> str:
    return f"guest-{number}-{evening.run}@coffer.example"


def _guest(evening: Evening, number: int, amount: int) -> Client:
    """Somebody new, with so much in their wallet."""
    name = evening.narrator.words("social.guest", number=number + 1)
    person = Person(_address(evening, number), f"party of {evening.run}", name, evening.narrator.language)
    guest = evening.anybody.bearing(people.sign_up(evening.anybody, person)["access_token"])
    if amount:
        people.top_up(guest, people.wallets(guest)[0], amount, new_key())
    evening.guests.append(guest)
    return guest


def _proved(evening: Evening, number: int) -> Client:
    """Whoever pays somebody for the first time, and at once, shows that it is them."""
    guest = evening.guests[number].twin()
    guest.send("PUT", "/v1/me/payment-pin", {"pin": PIN, "password": f"party of {evening.run}"}).expect(204)
    proof = {"method": "pin", "pin": PIN}
    return evening.anybody.bearing(guest.insist("/v1/me/step-up", proof).expect(200)["access_token"])


def _checked(who: Client, identifier: str, name: str | None = None) -> Mapping[str, Any]:
    wish = {"identifier": identifier} | ({"name": name} if name else {})
    seen: dict[str, Any] = who.post("/v1/payee-checks", wish).expect(200)
    return seen


def _sent(who: Client, check: str, amount: int, **more: Any) -> Any:
    wish = {"payee_check": check, "amount": amount, "currency": CURRENCY, **more}
    return who.insist("/v1/transfers", wish, key=new_key())


def _claimed(evening: Evening, guest: Client) -> Any:
    path = f"/v1/red-packets/{evening.packet['id']}/claims"
    return guest.twin().insist(path, {"link": evening.packet["link"]}, key=new_key())


def _available(who: Client) -> int:
    return int(people.wallets(who)[0]["available"])


def _shown(amount: int) -> str:
    return money.shown(amount, CURRENCY)


STEPS = (
    look_first,
    send_at_once,
    wait_with_a_stranger,
    invite,
    hand_out_a_packet,
    share_a_bill,
    prove_the_books,
)
