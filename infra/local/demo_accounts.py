"""What goes wrong with access, and how its owner gets it back, a step at a time: `make demo ACT=accounts`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from chalicelib.kernel import text
from infra.local import people
from infra.local.client import Client, new_key
from infra.local.narration import DIM, Narrator, Wrong
from infra.local.people import Person

TRIES = 5
SWEPT_WITHIN_SECONDS = 210.0
"""The schedule comes every minute, and the shortest lock lasts two."""
TOTP_SECONDS = 30
_CUT = "\0"
"""Stands where a message says a time."""


@dataclass
class Visit:
    """One person, new in each run, and a stranger who knows their address."""

    narrator: Narrator
    local: dict[str, Any]
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    tokens: dict[str, Any] = field(default_factory=dict)
    device: str = ""
    """What their phone shows of having been there from the beginning."""
    secret: str = ""

    def __post_init__(self) -> None:
        self.anybody = Client(self.local["api"], language=self.narrator.language)
        name, language = self.narrator.words("name"), self.narrator.language
        self.person = Person(f"accounts-{self.run}@coffer.example", f"quiet harbour {self.run}", name, language)

    @property
    def phone(self) -> Client:
        """The person's, signed in."""
        return self.anybody.bearing(self.tokens["access_token"])

    def sign_in(self, password: str, device_token: str = "") -> Any:
        wish = {"identifier": self.person.identifier, "password": password}
        return self.anybody.insist("/v1/sessions", wish | ({"device_token": device_token} if device_token else {}))

    def messages(self) -> list[dict[str, str]]:
        """Newest first."""
        asked = f"/_local/outbox?to={quote(self.person.identifier, safe='')}"
        found: list[dict[str, str]] = self.anybody.get(asked).expect(200)["data"]
        return found

    def awaited(self, kind: str) -> str:
        """The subject of the newest message of this kind, once it is there. Raises TooLate."""
        subject = text.sentence(f"notices.{kind}.title", self.narrator.language, until=_CUT).partition(_CUT)[0]

        def look() -> str | None:
            return next((one["subject"] for one in self.messages() if one["subject"].startswith(subject)), None)

        return str(people.wait_for(look, subject, SWEPT_WITHIN_SECONDS, pause_seconds=1.0))

    def must(self, what: str, got: object, wanted: object) -> None:
        """Raises Wrong unless `got` is `wanted`; `what` names it in the catalogue."""
        if got != wanted:
            named = self.narrator.words(f"what.{what}")
            raise Wrong(self.narrator.words("wrong.value", what=named, got=got, wanted=wanted))


def join(visit: Visit) -> None:
    with visit.narrator.step("accounts.join") as facts:
        visit.tokens = people.sign_up(visit.anybody, visit.person)
        visit.device = visit.tokens["device_token"]
        facts.update(name=visit.person.display_name)


def guess_until_it_locks(visit: Visit) -> None:
    """A stranger guesses; then not even the right password opens, and it looks just the same."""
    with visit.narrator.step("accounts.lock") as facts:
        wrong = [visit.sign_in(f"a guess, the {number}.") for number in range(TRIES)]
        for answer in wrong:
            answer.expect(401, "invalid-credentials")
        locked = visit.sign_in(visit.person.password)
        locked.expect(401, "invalid-credentials")
        visit.must("same", _but_its_id(locked.json), _but_its_id(wrong[0].json))
        facts.update(tries=TRIES, bytes=len(locked.raw))


def enter_with_a_known_device(visit: Visit) -> None:
    with visit.narrator.step("accounts.device"):
        known = visit.sign_in(visit.person.password, visit.device).expect(201)
        visit.must("wallets", len(people.wallets(visit.anybody.bearing(known["access_token"]))), 1)


def hear_of_it(visit: Visit) -> None:
    with visit.narrator.step("accounts.notice") as facts:
        facts.update(subject=visit.awaited("sign_in_locked"))


def wait_for_the_schedule(visit: Visit) -> None:
    with visit.narrator.step("accounts.unlock") as facts:
        facts.update(subject=visit.awaited("sign_in_unlocked"))
        visit.tokens = visit.sign_in(visit.person.password).expect(201)


def reset_the_password(visit: Visit) -> None:
    """Whoever was signed in is out, for payments too."""
    with visit.narrator.step("accounts.reset") as facts:
        before, wallet = visit.phone, people.wallets(visit.phone)[0]
        visit.anybody.insist("/v1/password-resets", {"identifier": visit.person.identifier}).expect(202)
        code = people.code_for(visit.anybody, visit.person.identifier)
        visit.person = replace(visit.person, password=f"another harbour {visit.run}")
        proof = {"identifier": visit.person.identifier, "code": code, "new_password": visit.person.password}
        visit.anybody.insist("/v1/password-resets/confirm", proof).expect(204)
        visit.anybody.insist("/v1/password-resets/confirm", proof).expect(400, "invalid-or-expired")
        shop = visit.local["people"]["merchants"][0]["id"]
        order = {"wallet_id": wallet["id"], "merchant_id": shop, "amount": 100, "currency": wallet["currency"]}
        before.insist("/v1/payments", order | {"order_reference": visit.run}, key=new_key()).expect(401)
        visit.tokens = visit.sign_in(visit.person.password, visit.device).expect(201)
        facts.update(code=code, subject=visit.awaited("password_reset"))


def turn_on_a_second_factor(visit: Visit) -> None:
    """One code, one use."""
    with visit.narrator.step("accounts.factor") as facts:
        visit.secret = visit.phone.post("/v1/me/totp", {"password": visit.person.password}).expect(201)["secret"]
        codes = _codes(visit.secret)
        visit.phone.post("/v1/me/totp/confirm", {"code": next(codes)}).expect(204)
        asked, code = visit.sign_in(visit.person.password).expect(202), next(codes)
        proof = {"challenge": asked["challenge"], "method": "totp", "code": code}
        visit.tokens = visit.anybody.post("/v1/sessions/second-factor", proof).expect(201)
        again = visit.sign_in(visit.person.password).expect(202)
        used = {"challenge": again["challenge"], "method": "totp", "code": code}
        visit.anybody.post("/v1/sessions/second-factor", used).expect(400, "invalid-or-expired")
        facts.update(methods=_named(visit, asked["methods"]), code=code)


def _named(visit: Visit, methods: list[str]) -> str:
    """What may follow a password, in words."""
    words = visit.narrator.words
    known = {
        "totp": words("accounts.totp"),
        "passkey": words("accounts.passkey"),
        "recovery-code": words("accounts.recovery_code"),
    }
    return words("accounts.or").join(known[one] for one in methods)


def delete_and_restore(visit: Visit) -> None:
    """With money in it an account is kept; empty, it is gone at once, and back within thirty days."""
    with visit.narrator.step("accounts.delete") as facts:
        (wallet,) = people.wallets(visit.phone)
        visit.phone.send("DELETE", "/v1/me", {"password": visit.person.password}).expect(204)
        visit.sign_in(visit.person.password).expect(401, "invalid-credentials")
        facts.update(subject=visit.awaited("account_deleted"))
    with visit.narrator.step("accounts.restore") as facts:
        claim = {"identifier": visit.person.identifier, "password": visit.person.password}
        asked = visit.anybody.insist("/v1/users/restore", claim).expect(202)
        proof = {"challenge": asked["challenge"], "method": "totp", "code": _next_code(visit)}
        visit.tokens = visit.anybody.post("/v1/sessions/second-factor", proof).expect(201)
        visit.must("wallets", [one["id"] for one in people.wallets(visit.phone)], [wallet["id"]])
        facts.update(wallet=wallet["id"])


def read_the_inbox(visit: Visit) -> None:
    with visit.narrator.step("accounts.inbox") as facts:
        found = visit.phone.get("/v1/me/notices").expect(200)["data"]
        facts.update(notices=len(found))
    for notice in reversed(found):
        visit.narrator.line(
            "             " + visit.narrator.painted(f"{notice['created_at'][11:19]}  {notice['title']}", DIM)
        )


def _codes(secret: str) -> Iterator[str]:
    """The authenticator's code of now, and the one of the next half-minute, which is good already."""
    import pyotp

    now = int(time.time())
    for number in range(2):
        yield pyotp.TOTP(secret).at(now + number * TOTP_SECONDS)


def _next_code(visit: Visit) -> str:
    """One that has not been used: the authenticator shows a new one each half-minute."""
    import pyotp

    visit.narrator.progress(visit.narrator.words("accounts.code"))
    time.sleep(TOTP_SECONDS)
    return pyotp.TOTP(visit.secret).at(int(time.time()) + TOTP_SECONDS)


def _but_its_id(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: told for name, told in problem.items() if name != "request_id"}


STEPS = (
    join,
    guess_until_it_locks,
    enter_with_a_known_device,
    hear_of_it,
    wait_for_the_schedule,
    reset_the_password,
    turn_on_a_second_factor,
    delete_and_restore,
    read_the_inbox,
)
