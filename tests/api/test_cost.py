"""What things may cost: AWS requests and units of the main operations, whatever the machine; and nothing grows."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest

from chalicelib.identity import vault
from tests.bench import counting
from tests.bench.measure import growth, operations, requests, town, usual_town
from tests.bench.measure.rows import broken
from tests.bench.measure.samples import Printed, Recorder, Sample
from tests.bench.measure.setting import USUAL
from tests.bench.measure.town import InMemory, Town
from tests.bench.measure.units import Units

RECORDER = Recorder(Printed())
WARM_SIGN_IN = ["GetItem"] * 2 + ["UpdateItem"] * 4 + ["GetItem", "PutItem", "TransactWriteItems", "SendMessageBatch"]


@pytest.fixture(scope="module")
def place() -> Iterator[Town]:
    with town.opened(InMemory()) as opened:
        yield opened


def counted(place: Town, name: str) -> tuple[list[str], Units]:
    sample = requests.sampled(place, RECORDER, name)
    return sample.bill.requests, sample.bill.units


def test_a_payment_is_one_request_and_eight_write_units(place: Town) -> None:
    """Three items twice, once in the index of what is due and once in that of orders."""
    assert counted(place, "payment") == (["TransactWriteItems"], Units(write=8))


def test_a_payment_of_a_checkout_is_one_item_dearer_and_reads_the_checkout_once(place: Town) -> None:
    assert counted(place, "payment of a checkout") == (["GetItem", "TransactWriteItems"], Units(1, 10))


def test_a_duplicate_is_one_request(place: Town) -> None:
    assert counted(place, "duplicate")[0] == ["TransactWriteItems"]


def test_a_refusal_is_two_requests_and_one_that_tells_of_it(place: Town) -> None:
    assert counted(place, "refusal")[0] == ["TransactWriteItems", "PutItem", "SendMessageBatch"]


def test_a_warm_sign_in_has_the_keys_of_personal_fields_and_asks_kms_nothing(place: Town) -> None:
    assert counted(place, "sign-in")[0] == WARM_SIGN_IN


def test_a_cold_sign_in_reads_the_keyring_and_has_its_one_key_unwrapped_once(place: Town) -> None:
    invocation = operations.sign_in(place)
    vault.forget()
    sample = RECORDER.sample(place, lambda: place.invoke(invocation), invocation.expects)
    assert sorted(sample.bill.requests) == sorted(["Query", "Decrypt", *WARM_SIGN_IN])


@pytest.mark.parametrize(("name", "figure"), requests.LIMITS)
def test_every_limit_of_an_operation_is_held(place: Town, name: str, figure: str) -> None:
    sample = requests.sampled(place, RECORDER, name)
    assert requests.FIGURES[figure](sample) <= requests.LIMITS[name, figure]


def test_a_payment_takes_at_most_a_quarter_of_the_usual_handlers_requests(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = requests.sampled(place, RECORDER, "payment")
    for name, value in USUAL.items():
        monkeypatch.setenv(name, value)
    importlib.reload(importlib.import_module("tests.bench.usual"))
    with usual_town.opened(InMemory(usual_town.tables())) as other:
        event = other.payment()
        usual = RECORDER.sample(other, lambda: other.invoke(event), 201)
    assert usual.bill.requests == ["PutItem", "GetItem", "UpdateItem", "PutItem", "SendMessage", "UpdateItem"]
    assert ours.requests <= requests.SHARE_OF_USUAL * usual.requests


def test_settlement_stays_within_its_requests_and_units_in_full_batches(place: Town) -> None:
    found, units = requests.settlement_per_payment(requests.full_batches(place, RECORDER))
    assert 0 < found <= requests.SETTLEMENT_REQUESTS
    assert 0 < units <= requests.SETTLEMENT_WRITE_UNITS


@pytest.mark.parametrize("mix", counting.MIXES)
def test_counters_cost_less_than_a_unit_per_event_in_full_batches(mix: str) -> None:
    found = counting.cost(counting.MIXES[mix], a_second=100, batches=5)
    assert 0 < found.counters < counting.UNITS


def test_counters_of_a_batch_of_payments_are_three_items_whatever_their_number() -> None:
    """Its minute, its hour, its day: two units each."""
    assert counting.cost(["payment"], a_second=100, batches=1).counters == 6 / 40


def test_a_sweep_of_a_minute_in_which_nothing_is_due_only_looks() -> None:
    with town.opened(InMemory()) as empty:
        sample = requests.idle_sweep(empty, RECORDER)
    looks = sorted(sample.bill.requests)
    known = "how checks of the whole and offers stand, which list everybody was compared with, and the indexes"
    assert looks == ["GetItem"] * 3 + ["Query"] * (len(looks) - 3), known
    assert sample.bill.units.write == 0


def test_requests_and_units_do_not_grow_with_the_entries() -> None:
    rows = growth.over_sizes(growth.samples(RECORDER, (1_000, 30_000), share=0.05))
    grown = [row for row in rows if row.limit == 0]
    assert len(grown) == 3 * 6
    assert not broken(grown)


def test_requests_and_units_do_not_grow_with_the_days_a_wallet_is_active() -> None:
    few, many = growth.days(RECORDER, 70).values()
    assert _counts(few[0]) == _counts(many[0])
    assert many[1] <= 1024, "a head beyond a kilobyte costs two units more"


def _counts(sample: Sample) -> tuple[list[str], Units]:
    return sample.bill.requests, sample.bill.units
