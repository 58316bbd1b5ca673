"""The weekly rehearsal, played through the app: once a week, on a probe stage alone, its books checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import pytest

import app
from chalicelib import cloud as clients
from chalicelib.cases import service as cases
from chalicelib.operations import loading, rehearsing, reviews
from chalicelib.operations import model_reviews as model
from chalicelib.operations import store_reviews as store
from chalicelib.operations.calling import Answered, Transport
from chalicelib.operations.model_rehearsals import Cast, RehearsalCustomer, RehearsalMerchant
from chalicelib.processors import wire
from chalicelib.settings import settings
from tests.api.caller import Caller
from tests.api.topup_kit import Till
from tests.api.world import PASSWORD, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.integration.test_backups import EVENT

pytestmark = pytest.mark.many_requests
WEEK = 7 * 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    cheap_passwords(monkeypatch)
    monkeypatch.setenv("PROBE_STAGE", "on")
    monkeypatch.setenv("REHEARSAL_SECONDS", "5")
    settings.cache_clear()
    made = World(clock)
    before = wire.use(Till(made.nobody).transport)
    yield made
    wire.use(before)


@pytest.fixture
def cast(world: World) -> Cast:
    """One customer: the app under test takes one request at a time."""
    ana = world.customer(50)
    own = RehearsalCustomer(ana.identifier, PASSWORD, ana.tokens["device_token"], ana.wallet, ana.currency)
    key = world.operator.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": ["payments", "refunds"]}).json["key"]
    made = Cast((own,), RehearsalMerchant(world.shop.id, key))
    clients.client("secretsmanager").create_secret(
        Name=settings().rehearsal_secret_id, SecretString=msgspec.json.encode(made).decode()
    )
    return made


def through_the_app(world: World, seconds: float = 0.1) -> Transport:
    """Each answer takes so long."""

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes, left: float) -> Answered:
        world.clock.advance(seconds)
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        caller: Caller = world.nobody.bearing(token) if token else world.nobody
        sent, path = msgspec.json.decode(body) if body else None, url.removeprefix(settings().public_url)
        keyed = caller.with_headers(idempotency_key=headers.get("Idempotency-Key", ""))
        reply = keyed.request(method, path, sent)
        return Answered(reply.status, reply.raw)

    return send


def rehearsed(world: World, transport: Transport | None = None) -> int:
    return rehearsing.run(world.clock.now(), transport=transport or through_the_app(world))


def test_a_cent_is_paid_and_given_back_again_and_again_and_the_books_are_as_before(world: World, cast: Cast) -> None:
    assert rehearsed(world) == 1
    report = reviews.last("load")
    assert report and report.findings == ()
    assert report.figures["pays"] == report.figures["refunds"] > 3
    assert (report.figures["faults"], report.figures["pay_p99_ms"]) == (0, 100)
    assert report.figures["milliseconds"] >= 5_000


def test_one_week_has_one_rehearsal(world: World, cast: Cast) -> None:
    assert [rehearsed(world), rehearsed(world)] == [1, 0]
    first = reviews.last("load")
    world.clock.advance(WEEK)
    assert rehearsed(world) == 1
    second = reviews.last("load")
    assert first and second and (second.former, second.before) == (first.id, first.figures)


def test_where_people_really_pay_or_nobody_is_cast_nothing_is_played(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert app.rehearsal(EVENT, None) == 0
    monkeypatch.setenv("PROBE_STAGE", "off")
    settings.cache_clear()
    assert rehearsed(world) == 0
    assert store.newest("load", None, 1) == ([], None)


def test_refunds_that_do_not_arrive_are_asked_for_again_until_the_books_are_right(world: World, cast: Cast) -> None:
    on_its_way, lost = through_the_app(world), []

    def losing(method: str, url: str, headers: Mapping[str, str], body: bytes, left: float) -> Answered:
        if url.endswith("/refunds") and len(lost) < 2:
            lost.append(url)
            return Answered(0)
        return on_its_way(method, url, headers, body, left)

    assert rehearsed(world, losing) == 1
    report = reviews.last("load")
    assert report and [one.about for one in report.findings] == ["answers"]
    assert report.figures["faults"] == 2


def test_a_payment_whose_answer_was_lost_is_asked_for_with_its_own_key_and_taken_once(world: World, cast: Cast) -> None:
    on_its_way, lost = through_the_app(world), []

    def losing(method: str, url: str, headers: Mapping[str, str], body: bytes, left: float) -> Answered:
        answered = on_its_way(method, url, headers, body, left)
        if url.endswith("/v1/payments") and not lost:
            lost.append(url)
            return Answered(0)
        return answered

    assert rehearsed(world, losing) == 1
    report = reviews.last("load")
    assert report and {one.about for one in report.findings} <= {"answers"}


def test_whoever_died_in_the_middle_leaves_nothing_and_another_one_plays(world: World, cast: Cast) -> None:
    on_its_way = through_the_app(world)

    def dying(method: str, url: str, headers: Mapping[str, str], body: bytes, left: float) -> Answered:
        if url.endswith("/refunds"):
            raise KeyboardInterrupt
        return on_its_way(method, url, headers, body, left)

    with pytest.raises(KeyboardInterrupt):
        rehearsed(world, dying)
    assert rehearsed(world) == 1
    report = reviews.last("load")
    assert report and report.findings == () and report.figures["pays"] > 3


def test_much_slower_than_the_week_before_is_a_case(world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.operations.model_rehearsals.ENOUGH", 1)
    assert rehearsed(world) == 1
    world.clock.advance(WEEK)
    assert rehearsed(world, through_the_app(world, 0.25)) == 1
    report = reviews.last("load")
    assert report
    slow = next(one for one in report.findings if (one.kind, one.about) == ("load-slower", "pay"))
    assert (slow.facts["before_ms"], slow.facts["p99_ms"]) == (100, 250)
    assert cases.case(slow.case_id).kind == "review-load-slower"
    assert {one.kind for one in report.findings} <= set(model.FINDINGS["load"])


def test_whoever_cannot_sign_in_leaves_no_report(world: World, cast: Cast) -> None:
    with pytest.raises(loading.DidNotBegin, match="sign-in: 0"):
        rehearsed(
            world, lambda method, url, headers, body, _: Answered(0 if "sessions" in url else 200, b'{"data":[]}')
        )
    assert reviews.last("load") is None
