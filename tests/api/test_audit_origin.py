"""Every kind of entry in the audit log: what a request did says from which network, what a schedule did from none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import chalicelib
from chalicelib.identity import tries
from chalicelib.kernel import origin
from chalicelib.processors import wire
from tests.api import away_kit, backup_kit, compensation_kit, credit_kit, dispute_kit, risk_kit, staff_kit
from tests.api import verification_kit as kit
from tests.api.caller import Caller
from tests.api.test_reconciliation import colleague
from tests.api.topup_kit import Till
from tests.api.world import PASSWORD, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items, enrolled, refresh, sign_in

pytestmark = pytest.mark.many_requests

FROM = "203.0.113.0/24"
REQUESTED = {
    "account": {"open", "delete", "restore", "see", "see-entries"},
    "access": {
        "pin_set", "totp_on", "totp_off", "passkey_added", "passkey_removed", "recovery_codes", "frozen", "thawed",
        "signed_out_everywhere", "factor_paused", "pin_paused", "password_paused", "others_signed_out",
        "thawed_but_ours", "funding_method_added", "funding_method_removed",
    },
    "adjustment": {"propose", "approve", "decline"},
    "audit-log": {"export"},
    "backup": {"ask", "drill", "propose-giving-back", "approve-giving-back", "decline-giving-back"},
    "case": {"resolve", "take"},
    "coupon": {"issue", "make_template", "stop_template"},
    "dispute": {"decide"},
    "bonus": {"make_offer", "stop_offer"},
    "points": {"end_reward", "end_rule", "make_programme", "make_reward", "make_rule", "stop_programme"},
    "credit": {"write-off"},
    "guardian": {"accept"},
    "identifier": {"change"},
    "incident": {"open", "change", "take", "search-affected", "see-affected", "notify-affected",
                 "propose-compensation", "approve-compensation", "decline-compensation"},
    "maintenance": {"schedule", "cancel"},
    "merchant": {"join", "categorise", "make_key", "rotate_key", "revoke_key", "agree_payouts", "pay_out",
                 "make_endpoint", "change_endpoint", "rotate_endpoint", "remove_endpoint", "test_endpoint",
                 "redeliver", "make_store", "change_store", "invite_staff", "change_staff", "revoke_staff",
                 "turn_return", "accept_role", "begin_till", "offer_card", "withdraw_card",
                 "end_till", "change_business", "verify", "refuse", "reveal"},
    "movement": {"see"},
    "operator": {"appoint"},
    "order": {"find"},
    "page": {"acknowledge"},
    "password": {"reset"},
    "person": {"find", "see", "reveal", "end-sessions", "see-documents", "decide-document"},
    "reconciliation": {"ask"},
    "screening": {"see", "decide"},
    "shift": {"add", "remove"},
    "policy": {"publish", "withdraw"},
    "report": {"save", "change", "delete", "restore", "import", "remove-import"},
    "review": {"ask"},
    "session": {"begin", "replayed", "revoke"},
    "statement": {"import"},
    "wallet": {"freeze", "keep", "lift"},
    "risk-rule": {"change"},
    "risk-score": {"decide"},
}  # fmt: skip
SWEPT = {
    "sign-in.lock", "account.erase", "merchant.forget_staff", "person.verify", "person.refuse-document", "person.lapse",
}  # fmt: skip
BY_RULES = {"wallet.hold", "person.put-at-risk"}
"""What the rules of risk do by themselves."""
KINDS = {f"{thing}.{deed}" for thing, deeds in REQUESTED.items() for deed in deeds} | SWEPT | BY_RULES
WRITERS = ("audit", "_audit", "_kept", "written")
"""What takes the kind of an entry as its second argument."""
Entry = tuple[str, ...]
"""Its kind, who did it, from which network, and where it is."""


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    made = World(clock)
    before = wire.use(Till(made.nobody).transport)
    yield made
    wire.use(before)


def ask(world: World, other: Caller) -> None:
    """Every route to a success, and what only comes of mistakes."""
    for call in away_kit.requests(world).values():
        call()
    risk_kit.by_itself(world)
    guess(world)
    freeze_beneath(world)
    correct(world, other)
    give_up(world)
    leave(world)
    hand_in(world)
    newly = world.customer()
    phone = newly.phone
    newly.sign_in()
    enrolled(phone, PASSWORD)
    replayed = world.customer().tokens["refresh_token"]
    assert refresh(world.nobody, replayed).status == 200
    world.clock.advance(61)
    assert refresh(world.nobody, replayed).status == 401
    locked = world.customer()
    for _ in range(5):
        assert sign_in(world.nobody, locked.identifier, "wrong horse battery").status == 401


def guess(world: World) -> None:
    """Five wrong ones of each kind, from somebody who has them all."""
    ana = world.customer()
    ana.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD})
    proposed = ana.phone.post("/v1/me/totp", {"password": PASSWORD})
    assert proposed.status == 201
    for _ in range(5):
        ana.phone.post("/v1/me/step-up", {"method": "pin", "pin": "310597"})
        ana.phone.post("/v1/me/totp/confirm", {"code": "not it"})
        ana.phone.post("/v1/me/passkeys/options", {"password": "wrong horse battery"})


def freeze_beneath(world: World) -> None:
    """Their own freeze ends while the house's goes on."""
    bob = world.customer()
    bob.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "password": PASSWORD})
    assert bob.phone.post("/v1/me/freeze").status == 204
    assert world.operator.post("/v1/freezes", away_kit.freeze_of(bob.wallet)).status == 201
    stepped = bob.phone.post("/v1/me/step-up", {"method": "pin", "pin": "428571"}).json["access_token"]
    assert world.nobody.bearing(stepped).delete("/v1/me/freeze").status < 300


def leave(world: World) -> None:
    """Somebody with a role at a merchant deletes their account."""
    bob = world.customer()
    staff_kit.hired(world, bob)
    assert bob.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204


def hand_in(world: World) -> None:
    """A document that is refused, and one that is accepted on its last day."""
    kit.handed_in(world.customer(), number="E1234592")
    kit.handed_in(world.customer(), expires_on=world.clock.now().date().isoformat())


def correct(world: World, other: Caller) -> None:
    """The books, by two people."""
    ana, wish = world.customer(), {"direction": "credit", "amount": 250, "currency": "CNY", "against": "sandbox"}
    wanted = wish | {"account": ana.wallet, "reason": "never heard of"}
    adjustment = world.operator.post("/v1/adjustments", wanted, idempotency_key="wish").json["id"]
    path = f"/v1/adjustments/{adjustment}/approve"
    assert other.post(path, {"note": "seen"}, idempotency_key="yes").status == 201
    incident = compensation_kit.hit(world, ana)
    assert compensation_kit.propose(world, incident, compensation_kit.template(world)).status == 201
    assert compensation_kit.decide(other, incident).status == 200
    world.put_in(ana, 1_000)
    begun = dispute_kit.begun(ana, dispute_kit.paid(world, ana, 500))
    assert dispute_kit.decide(world, begun, "merchant").status == 201
    backup = backup_kit.whole(world.clock.now())
    wish = {"user_id": ana.id, "reason": "emptied their trash by mistake"}
    proposed = world.operator.post(f"/v1/backups/{backup}/givings-back", wish).json["id"]
    assert other.post(f"/v1/givings-back/{proposed}/decision", {"approve": True, "note": "seen"}).status == 200


def give_up(world: World) -> None:
    """What somebody was lent and does not bring back."""
    ana = credit_kit.with_line(world)
    plan = credit_kit.borrowed(ana)["id"]
    credit_kit.overdue(ana, plan)
    given = world.operator.post(f"/v1/people/{ana.id}/instalment-plans/{plan}/write-off", {"reason": "never heard of"})
    assert given.status == 200, given.raw


def logged() -> set[Entry]:
    names = ("what", "who", "source", "sk")
    return {tuple(item[name]["S"] for name in names) for item in all_items("audit")}


def networks(entries: set[Entry]) -> dict[str, set[str]]:
    """Kind of entry → the networks that it came from."""
    found: dict[str, set[str]] = {}
    for what, _, network, _ in entries:
        found.setdefault(what, set()).add(network)
    return found


def test_whatever_a_request_did_says_from_where_and_what_a_schedule_did_says_nowhere(world: World) -> None:
    other = colleague(world, "admin")
    before = logged()
    ask(world, other)
    asked = logged()
    by_rules = {entry for entry in asked - before if entry[0] in BY_RULES}
    kit.later(world)
    kit.later(world, 31 * 86_400)
    requested = networks(asked - before - by_rules)
    assert requested == {kind: {FROM} for kind in KINDS - SWEPT - BY_RULES}, "drive the new kind of entry"
    assert networks(by_rules) == {kind: {""} for kind in BY_RULES}
    assert networks(logged() - asked) == {kind: {""} for kind in (*SWEPT, "identifier.change")}


def test_what_a_command_did_is_from_nowhere(world: World) -> None:
    """An operator appointed at the beginning, by nobody's request."""
    assert {entry[:3] for entry in logged() if entry[0] == "operator.appoint"} == {
        ("operator.appoint", "bootstrap", "")
    }


def test_a_request_leaves_its_origin_to_nobody_after_it(world: World) -> None:
    assert world.nobody.get("/v1/me").status == 401
    assert origin.source_address() == ""
    with origin.of_request("203.0.113.7"), origin.of_request("198.51.100.7"):
        assert origin.source_address() == "198.51.100.7"


def test_the_table_names_every_kind_that_the_code_writes() -> None:
    assert set(written_in_the_code()) == KINDS


def written_in_the_code() -> Iterator[str]:
    """Each literal that the audit log, or what writes to it, is called with."""
    for file in sorted(Path(chalicelib.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and len(call.args) > 1:
                yield from kinds(ast.unparse(call.func), call.args[1])


def kinds(function: str, what: ast.expr) -> Iterator[str]:
    if function == "announcing.owner":
        yield from (f"access.{kind}" for kind in announced(what))
    elif function.rpartition(".")[2] in WRITERS and isinstance(what, ast.Constant) and isinstance(what.value, str):
        yield what.value


def announced(kind: ast.expr) -> list[str]:
    if isinstance(kind, ast.Constant):
        return [str(kind.value)]
    if isinstance(kind, ast.IfExp):
        return announced(kind.body) + announced(kind.orelse)
    return [f"{what}_paused" for what in get_args(tries.What)]
