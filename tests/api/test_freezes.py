"""An operator freezes a wallet: payments stop, the owner reads why, and somebody looks at it again."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from chalicelib.cases import audit, model_audit
from chalicelib.cases import service as cases
from chalicelib.kernel import ids, text
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.risk import tasks
from chalicelib.risk.model import Reason
from tests import aws, heads
from tests.api.caller import Reply, assert_problem
from tests.api.test_devices import set_pin, step_up
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import at_rest, outbox

pytestmark = pytest.mark.many_requests

REASONS: tuple[str, ...] = get_args(Reason)
NOTE = "called from another phone"
STAYS = "the police have not answered"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def freeze(world: World, person: Person, reason: str = "stolen_phone", **more: Any) -> Reply:
    return world.operator.post("/v1/freezes", {"wallet_id": person.wallet, "reason": reason, "note": NOTE} | more)


def lift(world: World, wallet: str) -> Reply:
    return world.operator.post(f"/v1/freezes/{wallet}/lift", {"note": "has the phone again"})


def inbox(person: Person, language: str) -> list[str]:
    found = person.phone.get("/v1/me/notices", accept_language=language).json["data"]
    return [notice["body"] for notice in found]


def test_an_operator_neither_lifts_a_freeze_of_their_own_wallet_nor_reads_its_note(world: World) -> None:
    ana = world.customer(1_000)
    freeze(world, ana)
    me, path = ana.at_work(), f"/v1/freezes/{ana.wallet}"
    for refused in (me.post(f"{path}/lift", {"note": "looks fine to me"}), me.get(path)):
        assert_problem(refused, 403, "second-person-required")
    assert (ledger.head(ana.wallet).status, reasons(world, "wallet.lift")) == ("frozen", [])


@pytest.mark.parametrize("reason", REASONS)
def test_a_freeze_stops_payments_and_says_why_in_both_languages(world: World, reason: str) -> None:
    ana = world.customer(1_000)
    made = freeze(world, ana, reason)
    assert (made.status, made.json["status"], made.json["review_at"][:10]) == (201, "frozen", "2026-11-25")
    for language in text.LANGUAGES:
        why = text.sentence(f"freezes.{reason}", language)
        seen = ana.phone.get(f"/v1/wallets/{ana.wallet}", accept_language=language).json
        assert (seen["reason"], seen["reason_code"]) == (why, reason)
        (told,) = inbox(ana, language)
        assert why in told
        assert {"en": "25 Nov 2026, 16:00 (China time)", "zh": "2026年11月25日 16:00（北京时间）"}[language] in told
        refused = ana.phone.with_headers(accept_language=language, idempotency_key=f"k-{language}").post(
            "/v1/payments", ana.order(100)
        )
        assert (refused.status, refused.json["code"], refused.json["detail"]) == (409, "wallet-frozen", why)
    assert ana.available == 1_000
    world.put_in(ana, 5)
    assert ana.available == 1_005


def test_a_lifted_freeze_lets_the_owner_pay_and_tells_so(world: World) -> None:
    ana = world.customer(1_000)
    freeze(world, ana)
    done = lift(world, ana.wallet)
    assert (done.status, done.json["status"], done.json["lifted_by"]) == (200, "active", done.json["frozen_by"])
    assert ana.pay(100).status == 201
    assert "reason" not in ana.phone.get(f"/v1/wallets/{ana.wallet}").json
    assert any("lifted" in body for body in inbox(ana, "en"))
    assert world.operator.get(f"/v1/freezes/{ana.wallet}").json == done.json
    again = freeze(world, ana, "unusual_activity")
    assert (again.status, again.json["lifted_at"]) == (201, None)


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_the_owner_is_told_by_their_contacts_too_once_each(world: World, language: str) -> None:
    ana = world.customer(1_000)
    ana.phone.patch("/v1/me", {"locale": language})
    world.clock.advance(60)
    freeze(world, ana, "legal_order")
    assert freeze(world, ana, "legal_order").status == 201, "its answer was lost"
    review = {"en": "25 Nov 2026, 16:01 (China time)", "zh": "2026年11月25日 16:01（北京时间）"}
    assert review[language] in messages_after_sweeps(world, ana)[0]
    world.clock.advance(60)
    lift(world, ana.wallet)
    (said,) = messages_after_sweeps(world, ana)
    assert said == text.sentence("notices.wallet_free.body", language)
    assert len(inbox(ana, language)) == 2


def test_a_sweep_that_dies_while_it_tells_leaves_it_to_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer()
    world.clock.advance(60)
    freeze(world, ana)
    with monkeypatch.context() as patch:
        patch.setattr(notices.channels, "deliver", lambda *_, **__: 1 / 0)
        assert tasks.sweep(world.clock.now()) == 0
    assert len(messages_after_sweeps(world, ana)) == 1


def messages_after_sweeps(world: World, person: Person) -> list[str]:
    """What their contact gets in two turns of the schedule."""
    before = len(outbox(person.identifier))
    assert [tasks.sweep(world.clock.now()) for _ in range(2)] == [1, 0]
    return [message["body"] for message in outbox(person.identifier)[before:]]


def test_somebody_looks_at_it_again_by_the_time_that_was_set(world: World) -> None:
    ana = world.customer()
    made = freeze(world, ana, review_hours=24).json
    assert made["review_at"] == "2026-11-23T08:00:00.000000Z"
    (case,) = world.operator.get("/v1/cases").json["data"]
    assert (case["id"], case["kind"], case["subject"]) == (made["case_id"], "freeze", ana.wallet)
    assert case["due_at"] == made["review_at"]
    lift(world, ana.wallet)
    assert world.operator.get("/v1/cases").json["data"] == []
    assert world.operator.get(f"/v1/cases/{case['id']}").json["note"] == "has the phone again"


def test_a_case_of_a_freeze_is_not_resolved_while_the_wallet_is_frozen(world: World) -> None:
    ana = world.customer(1_000)
    case = f"/v1/cases/{freeze(world, ana).json['case_id']}"
    refused = assert_problem(world.operator.post(f"{case}/resolve", {"note": "looked at"}), 409, "still-frozen")
    assert refused["wallet_id"] == ana.wallet
    assert world.operator.get(case).json["state"] == "open"
    assert "looked at" not in reasons(world, "case.resolve")
    lift(world, ana.wallet)
    assert world.operator.get(case).json["state"] == "resolved"
    assert ana.pay(100).status == 201


def test_a_case_that_was_opened_late_is_resolved_once_its_freeze_is_lifted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever froze the wallet was slow, and somebody else lifted that before the case was there."""
    ana, late = world.customer(), list[tuple[Any, ...]]()
    with monkeypatch.context() as patch:
        patch.setattr(cases, "open_case", lambda *told, **more: late.append((told, more)))
        case = freeze(world, ana).json["case_id"]
    lift(world, ana.wallet)
    ((told, more),) = late
    cases.open_case(*told, **more)
    assert world.operator.post(f"/v1/cases/{case}/resolve", {"note": "lifted"}).json["state"] == "resolved"


def test_a_wallet_stays_frozen_for_a_reason_that_is_written_down_and_until_a_new_time(world: World) -> None:
    ana = world.customer(1_000)
    made = freeze(world, ana).json
    world.clock.advance(60)
    kept = keep(world, ana.wallet, review_hours=96)
    assert kept.status == 200
    assert (kept.json["status"], kept.json["note"]) == ("frozen", NOTE)
    assert kept.json["review_at"] == "2026-11-26T08:01:00.000000Z"
    case = world.operator.get(f"/v1/cases/{made['case_id']}").json
    assert (case["state"], case["note"], case["due_at"]) == ("open", STAYS, kept.json["review_at"])
    assert [one["id"] for one in world.operator.get("/v1/cases").json["data"]] == [made["case_id"]]
    assert STAYS in reasons(world, "wallet.keep")
    assert STAYS not in at_rest()
    assert "26 Nov 2026, 16:01 (China time)" in messages_after_sweeps(world, ana)[0]
    assert len(inbox(ana, "zh")) == 2
    assert assert_problem(ana.pay(1), 409, "wallet-frozen")["reason"] == "stolen_phone"


def test_only_a_freeze_that_holds_is_kept_and_never_without_a_note(world: World) -> None:
    ana = world.customer()
    assert_problem(keep(world, ana.wallet), 404, "not-found")
    freeze(world, ana)
    assert_problem(keep(world, ana.wallet, note=" " * 20), 422, "invalid-request", "note")
    lift(world, ana.wallet)
    assert_problem(keep(world, ana.wallet), 409, "invalid-state")
    assert world.operator.get("/v1/cases").json["data"] == []
    assert len(inbox(ana, "en")) == 2, "frozen, lifted: nothing of what was refused"


def test_after_a_failure_at_any_call_a_wallet_that_is_kept_frozen_is_still_looked_at_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    freeze(world, ana)
    for broken_at in range(calls_of(world, lambda: keep(world, ana.wallet), monkeypatch)):
        world.clock.advance(60)
        broken(monkeypatch, broken_at, lambda: keep(world, ana.wallet))
        kept = keep(world, ana.wallet).json
        (case,) = world.operator.get("/v1/cases").json["data"]
        assert (case["due_at"], case["note"]) == (kept["review_at"], STAYS)


def reasons(world: World, action: str) -> list[str]:
    wanted = model_audit.wanted(None, None, None, None, action, world.clock.now())
    return [entry.reason for entry in audit.listed(wanted, None, 10)[0]]


def keep(world: World, wallet: str, **more: Any) -> Reply:
    return world.operator.post(f"/v1/freezes/{wallet}/keep", {"note": STAYS} | more)


def test_a_second_freeze_waits_for_the_first_to_be_lifted(world: World) -> None:
    ana = world.customer()
    first = freeze(world, ana).json
    other = freeze(world, ana, "legal_order")
    assert (other.status, other.json["code"], other.json["state"]) == (409, "invalid-state", "frozen")
    assert world.operator.get(f"/v1/freezes/{ana.wallet}").json == first
    lift(world, ana.wallet)
    nothing = lift(world, ana.wallet)
    assert (nothing.status, nothing.json["code"], nothing.json["state"]) == (409, "invalid-state", "active")


@pytest.mark.parametrize("owner_first", [True, False])
def test_the_owners_own_freeze_goes_on_when_ours_is_lifted(world: World, owner_first: bool) -> None:
    ana = world.customer(1_000)
    acts = [lambda: ana.phone.post("/v1/me/freeze"), lambda: freeze(world, ana)]
    for act in acts if owner_first else reversed(acts):
        assert act().status in (201, 204)
    assert ledger.head(ana.wallet).reason == "stolen_phone"
    assert lift(world, ana.wallet).json["status"] == "frozen"
    assert assert_problem(ana.pay(1), 409, "wallet-frozen")["reason"] == "by-owner"
    assert not any("lifted" in body for body in inbox(ana, "en"))
    assert any("your own goes on" in body for body in inbox(ana, "en"))


def test_ours_goes_on_when_the_owner_takes_theirs_back(world: World) -> None:
    ana = world.customer(1_000)
    ana.phone.post("/v1/me/freeze")
    freeze(world, ana)
    set_pin(ana.phone)
    step_up(world, ana)
    assert ana.phone.delete("/v1/me/freeze").status == 204
    assert assert_problem(ana.pay(1), 409, "wallet-frozen")["reason"] == "stolen_phone"
    assert any("ours goes on" in body for body in inbox(ana, "en"))
    assert lift(world, ana.wallet).json["status"] == "active"
    assert ana.pay(1).status == 201


def test_a_wallet_that_its_owner_froze_meanwhile_is_frozen_by_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer(1_000)
    seen = ledger.head(ana.wallet)
    ledger.freeze(ana.wallet)
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "head", lambda account: seen)
        assert freeze(world, ana).status == 201
    assert ledger.head(ana.wallet).reason == "stolen_phone"
    lift(world, ana.wallet)
    assert ledger.head(ana.wallet).reason == "by-owner"


def test_a_wallet_that_was_closed_meanwhile_is_not_frozen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer()
    seen = ledger.head(ana.wallet)
    heads.close(ana.wallet)
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "head", lambda account: seen)
        assert_problem(freeze(world, ana), 503, "unavailable")
    assert ledger.head(ana.wallet).status == "closed"


def test_a_closed_wallet_is_not_frozen_and_so_never_opened_again(world: World) -> None:
    ana = world.customer()
    heads.close(ana.wallet)
    assert_problem(freeze(world, ana), 409, "invalid-state")
    assert ledger.head(ana.wallet).status == "closed"
    assert world.operator.get(f"/v1/freezes/{ana.wallet}").status == 404
    bea = world.customer()
    freeze(world, bea)
    heads.close(bea.wallet)
    assert lift(world, bea.wallet).json["status"] == "closed"
    assert len(inbox(bea, "en")) == 1, "of its freeze; it is not free again"
    assert ledger.head(bea.wallet).status == "closed"


def test_what_is_no_wallet_of_a_customer_is_not_frozen(world: World) -> None:
    for wallet in (world.shop.account, ids.derived("wal", "x"), "wal_x", "sys:fees:CNY"):
        body = {"wallet_id": wallet, "reason": "legal_order", "note": NOTE}
        assert_problem(world.operator.post("/v1/freezes", body), 404, "not-found")
        assert_problem(lift(world, wallet), 404, "not-found")
        assert world.operator.get(f"/v1/freezes/{wallet}").status == 404
    assert ledger.head(world.shop.account).status == "active"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"reason": "because"}, "reason"),
        ({"note": "short"}, "note"),
        ({"note": " " * 20}, "note"),
        ({"review_hours": 0}, "review_hours"),
        ({"review_hours": 721}, "review_hours"),
    ],
)
def test_a_freeze_without_a_reason_a_note_or_an_end_is_none(world: World, changes: dict[str, Any], param: str) -> None:
    ana = world.customer(1_000)
    assert_problem(freeze(world, ana, **changes), 422, "invalid-request", param)
    assert ana.pay(100).status == 201


def test_who_froze_and_lifted_is_in_the_log_with_the_note_sealed(world: World) -> None:
    ana = world.customer()
    freeze(world, ana)
    lift(world, ana.wallet)
    wanted = model_audit.wanted(None, None, None, ana.wallet, None, world.clock.now())
    deeds = {(entry.action, entry.reason) for entry in audit.listed(wanted, None, 10)[0]}
    assert deeds == {("wallet.freeze", NOTE), ("wallet.lift", "has the phone again")}
    kept = at_rest()
    assert NOTE not in kept
    assert "has the phone again" not in kept


def calls_of(world: World, act: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    sent: list[str] = []

    def counted(one: aws.Sent) -> Any:
        sent.append(one.operation)
        return one.go_on()

    with monkeypatch.context() as patch:
        aws.stand_before(patch, counted)
        assert act().status in (200, 201)
    return len(sent)


def test_after_a_failure_at_any_call_the_same_request_finishes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer(1_000)
    freezing = calls_of(world, lambda: freeze(world, ana), monkeypatch)
    lifting = calls_of(world, lambda: lift(world, ana.wallet), monkeypatch)
    for broken_at in range(freezing):
        person = world.customer(1_000)
        broken(monkeypatch, broken_at, lambda person=person: freeze(world, person))
        assert freeze(world, person).json["status"] == "frozen"
        assert person.pay(1).status == 409
        cases_of = [case for case in cases.open_cases(None, 100)[0] if case.subject == person.wallet]
        assert len(cases_of) == 1
        assert len(inbox(person, "en")) >= 1
    for broken_at in range(lifting):
        person = world.customer(1_000)
        freeze(world, person)
        broken(monkeypatch, broken_at, lambda person=person: lift(world, person.wallet))
        assert lift(world, person.wallet).status in (200, 409)
        assert person.pay(1).status == 201
        assert any("lifted" in body for body in inbox(person, "en"))


def broken(monkeypatch: pytest.MonkeyPatch, at_call: int, act: Any) -> None:
    """The call number `at_call` and all after it are refused by the network."""
    sent: list[str] = []

    def answer(one: aws.Sent) -> Any:
        sent.append(one.operation)
        return one.go_on() if len(sent) <= at_call else aws.answered(503, {"__type": "ServiceUnavailable"})

    with monkeypatch.context() as patch:
        aws.stand_before(patch, answer)
        assert act().status == 503


def test_a_late_lift_does_not_lift_the_next_freeze(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, overtaken = world.customer(1_000), []
    freeze(world, ana)

    def answer(sent: aws.Sent) -> Any:
        if not overtaken and sent.operation == "UpdateItem" and "by_house" in str(sent.request.body):
            overtaken.append(sent)
            world.clock.advance(1)
            assert lift(world, ana.wallet).status == 200
            world.clock.advance(1)
            assert freeze(world, ana).status == 201
        return sent.go_on()

    with monkeypatch.context() as patch:
        aws.stand_before(patch, answer)
        late = lift(world, ana.wallet)
    assert overtaken
    assert (late.status, late.json["code"], late.json["state"]) == (409, "invalid-state", "frozen")
    seen = world.operator.get(f"/v1/freezes/{ana.wallet}").json
    assert (seen["lifted_at"], seen["status"]) == (None, "frozen")
    assert len(inbox(ana, "en")) == 3, "frozen, lifted, frozen: nothing of the late one"
    assert "lost or stolen" in messages_after_sweeps(world, ana)[0]
    assert lift(world, ana.wallet).json["status"] == "active"
