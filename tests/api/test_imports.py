"""From a CSV to a report by its columns: declared, uploaded by a link of its own, read, joined, followed."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib import cloud
from chalicelib.insight import compacting, files, importing, reading, store_imports, store_lake, tasks
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.weather import Weather
from tests.api.world import World
from tests.people import in_office

IMPORTS = "/v1/reports/imports"
REVENUE = [{"measure": "sum", "of": "amount", "name": "revenue"}]
PAYMENTS = [{"dimension": "kind", "words": ["payment"]}, {"dimension": "currency", "words": ["CNY"]}]


@pytest.fixture(autouse=True)
def _own_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "_FOLDER", tmp_path)


@pytest.fixture
def weather(monkeypatch: pytest.MonkeyPatch) -> Weather:
    return Weather(monkeypatch)


def wish(content: bytes, **more: Any) -> dict[str, Any]:
    about = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    columns = [{"column": "Region manager", "name": "region_manager"}]
    return {"name": "shops", "key": "merchant", "key_column": "Shop", "columns": columns} | about | more


def declare(world: World, content: bytes, **more: Any) -> dict[str, Any]:
    reply = world.operator.post(IMPORTS, wish(content, **more))
    assert reply.status == 201, reply.raw
    made: dict[str, Any] = reply.json
    return made


def put(import_id: str, content: bytes) -> None:
    """As the link does; what it lets through is S3's to refuse."""
    cloud.client("s3").put_object(Bucket=settings().lake_bucket, Key=f"imports/raw/{import_id}.csv", Body=content)


def imported(world: World, content: bytes, **more: Any) -> dict[str, Any]:
    made = declare(world, content, **more)
    put(made["id"], content)
    importing.read_waiting(world.clock.now())
    return look(world, made["id"])


def look(world: World, import_id: str) -> dict[str, Any]:
    reply = world.operator.get(f"{IMPORTS}/{import_id}")
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.json
    return found


def csv(world: World, manager: str = "Li") -> bytes:
    return f"Shop,Region manager\r\n{world.shop.id},{manager}\r\nmer_none,Bo\r\n".encode()


def revenue(world: World, **more: Any) -> Reply:
    times = {"from": "2020-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}
    body = {"measures": REVENUE, "dimensions": ["shops.region_manager"], "filters": PAYMENTS}
    return world.operator.post("/v1/reports/query", times | body | more)


def sell(world: World, *amounts: int) -> None:
    ana = world.customer(10_000)
    for amount in amounts:
        assert ana.pay(amount).status == 201
    world.deliver()
    world.gather()
    compacting.compact(world.clock.now())


def later(world: World, **span: float) -> None:
    world.clock.advance(timedelta(**span).total_seconds())
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def raw_is_there(import_id: str) -> bool:
    return store_lake.get(f"imports/raw/{import_id}.csv") is not None


def test_revenue_is_asked_by_a_column_of_a_file_and_a_row_of_it_leads_to_its_entries(world: World) -> None:
    sell(world, 2_000, 700)
    imported(world, csv(world))
    answer = revenue(world)
    assert answer.json["rows"] == [{"shops.region_manager": "Li", "revenue": 2_700}]
    entries = world.operator.get(f"/v1/reports/answers/{answer.json['id']}/rows/0/entries").json["data"]
    assert sorted(one["amount"] for one in entries) == [700, 2_000]
    kept = [*PAYMENTS, {"dimension": "shops.region_manager", "words": ["Bo"]}]
    assert revenue(world, dimensions=[], filters=kept).json["rows"] == [{"revenue": None}]


def test_the_schedule_that_compacts_reads_what_has_come(world: World) -> None:
    sell(world, 100)
    made = declare(world, csv(world))
    assert (made["state"], made["used"], made["rows_read"]) == ("waiting", False, 0)
    tasks.compact(world.clock.now())
    assert look(world, made["id"])["state"] == "waiting"
    put(made["id"], csv(world))
    tasks.compact(world.clock.now())
    found = look(world, made["id"])
    assert (found["state"], found["used"], found["rows_read"]) == ("ready", True, 2)
    assert not raw_is_there(made["id"]), "what was not asked for stays nowhere"


def test_the_quality_report_tells_what_became_of_every_row(world: World) -> None:
    sell(world, 100)
    rows = [f"{world.shop.id},Li", f"{world.shop.id},Wu", ",nobody", f"mer_long,{'x' * 65}", "mer_short"]
    rows += [f"mer_{place:02},Bo" for place in range(30)]
    found = imported(world, "\n".join(["Shop,Region manager", *rows]).encode())
    missing = sorted(["mer_long", *(f"mer_{place:02}" for place in range(30))])
    assert found["quality"] == {
        "rows": 35, "kept": 32, "duplicates": 1, "without_key": 1, "unreadable": 1, "unreadable_lines": [6], "cut": 1,
        "personal": 0, "unmatched": 31, "unmatched_keys": missing[:20], "compared_since": None,
    }  # fmt: skip
    assert revenue(world).json["rows"] == [{"shops.region_manager": "Li", "revenue": 100}]


def test_the_link_takes_this_content_for_an_hour(world: World) -> None:
    made = declare(world, csv(world))
    link = parse_qs(urlsplit(made["upload"]["url"]).query)
    signed = link["X-Amz-SignedHeaders"][0].split(";")
    assert {"content-length", "x-amz-checksum-sha256"} <= set(signed)
    assert link["X-Amz-Expires"] == ["3600"]
    assert made["upload"]["expires_at"] == clock.written(world.clock.now() + timedelta(hours=1))
    assert look(world, made["id"])["upload"] is None


def test_a_newer_import_replaces_the_one_before_once_it_is_ready_and_answers_know_which_they_were_made_of(
    world: World,
) -> None:
    sell(world, 100)
    first = imported(world, csv(world))
    before = revenue(world).json
    later(world, minutes=1)
    second = declare(world, csv(world, "Wu"))
    assert revenue(world).json["id"] == before["id"]
    put(second["id"], csv(world, "Wu"))
    importing.read_waiting(world.clock.now())
    after = revenue(world).json
    assert after["rows"] == [{"shops.region_manager": "Wu", "revenue": 100}]
    assert after["cached"] is False
    behind = world.operator.get(f"/v1/reports/answers/{before['id']}/rows/0/entries").json["data"]
    assert [one["amount"] for one in behind] == [100]
    listed = world.operator.get(IMPORTS).json["data"]
    assert [(one["id"], one["used"]) for one in listed] == [(second["id"], True), (first["id"], False)]


def test_an_older_one_that_is_ready_later_does_not_replace_a_newer_one(world: World) -> None:
    sell(world, 100)
    older = declare(world, csv(world))
    later(world, minutes=1)
    imported(world, csv(world, "Wu"))
    put(older["id"], csv(world))
    importing.read_waiting(world.clock.now())
    assert look(world, older["id"])["state"] == "ready"
    assert revenue(world).json["rows"][0]["shops.region_manager"] == "Wu"


def test_without_the_newest_the_one_before_counts_again_and_without_any_nothing_is_known_by_the_name(
    world: World,
) -> None:
    sell(world, 100)
    first = imported(world, csv(world))
    later(world, minutes=1)
    second = imported(world, csv(world, "Wu"))
    assert world.operator.request("DELETE", f"{IMPORTS}/{second['id']}").status == 204
    assert revenue(world).json["rows"][0]["shops.region_manager"] == "Li"
    assert_problem(world.operator.get(f"{IMPORTS}/{second['id']}"), 404, "not-found")
    assert_problem(world.operator.request("DELETE", f"{IMPORTS}/{second['id']}"), 404, "not-found")
    assert world.operator.request("DELETE", f"{IMPORTS}/{first['id']}").status == 204
    assert_problem(revenue(world), 422, "invalid-request", "dimensions")
    assert world.operator.get(IMPORTS).json["data"] == []


def test_what_was_deleted_goes_thirty_days_later_and_answers_lead_to_their_entries_until_then(world: World) -> None:
    sell(world, 100)
    made = imported(world, csv(world))
    answer = revenue(world).json["id"]
    world.operator.request("DELETE", f"{IMPORTS}/{made['id']}")
    later(world, days=1)
    importing.read_waiting(world.clock.now())
    assert world.operator.get(f"/v1/reports/answers/{answer}/rows/0/entries").status == 200
    later(world, days=30)
    importing.read_waiting(world.clock.now())
    assert store_lake.get(f"imports/tables/shops/{made['id']}.parquet") is None
    assert store_imports.one(made["id"]) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Shop,Manager\nmer_1,Li\n", {"reason": "column-missing", "columns": ["Region manager"]}),
        (b"Shop,Region manager,Shop\nmer_1,Li,x\n", {"reason": "column-twice", "columns": ["Shop"]}),
        ("Shop,Region manager\nmer_1,店\n".encode("gb18030"), {"reason": "not-utf-8", "columns": []}),
        (b"Shop,Region manager\nmer_1\n", {"reason": "unreadable", "columns": []}),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_the_one_before_stays(
    world: World, content: bytes, why: dict[str, Any]
) -> None:
    sell(world, 100)
    imported(world, csv(world))
    later(world, minutes=1)
    found = imported(world, content)
    assert (found["state"], found["refused"], found["used"]) == ("refused", why, False)
    assert revenue(world).json["rows"][0]["shops.region_manager"] == "Li"
    assert not raw_is_there(found["id"])


def test_what_is_not_what_was_declared_is_refused(world: World) -> None:
    made = declare(world, csv(world))
    put(made["id"], csv(world, "Wu"))
    importing.read_waiting(world.clock.now())
    assert look(world, made["id"])["refused"]["reason"] == "other-content"


def test_what_has_not_come_within_a_day_is_refused_and_nothing_looks_for_it_any_more(world: World) -> None:
    made = declare(world, csv(world))
    later(world, hours=23)
    assert importing.read_waiting(world.clock.now()) == 0
    later(world, hours=1)
    assert importing.read_waiting(world.clock.now()) == 1
    assert look(world, made["id"])["refused"]["reason"] == "not-uploaded"
    assert store_imports.due(world.clock.now() + timedelta(days=99)) == []


def test_how_far_a_reading_is_can_be_seen_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int]] = []
    monkeypatch.setattr(reading, "TOLD_EVERY", 10)
    made = declare(world, content := b"Shop,Region manager\n" + b"mer_1,Li\n" * 35)
    put(made["id"], content)
    swap = store_imports.swap

    def watched(*both: Any) -> Any:
        done = swap(*both)
        shown = look(world, made["id"])
        seen.append((shown["state"], shown["rows_read"]))
        return done

    monkeypatch.setattr(store_imports, "swap", watched)
    importing.read_waiting(world.clock.now())
    assert seen == [("reading", rows) for rows in (0, 10, 20, 30)]
    assert look(world, made["id"])["rows_read"] == 35


def test_a_reading_that_died_is_done_again_and_given_up_the_fourth_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = declare(world, csv(world))
    put(made["id"], csv(world))

    def died(begun: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(reading, "read", died)
        for _ in range(3):
            importing.read_waiting(world.clock.now())
            assert importing.read_waiting(world.clock.now()) == 0, "somebody may still be at it"
            later(world, minutes=16)
    assert look(world, made["id"])["state"] == "reading"
    importing.read_waiting(world.clock.now())
    assert look(world, made["id"])["refused"]["reason"] == "broken"


def test_what_is_deleted_while_it_is_read_never_counts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(world, 100)
    made = declare(world, csv(world))
    put(made["id"], csv(world))
    read = reading.read

    def meanwhile(begun: Any) -> Any:
        found = read(begun)
        assert world.operator.request("DELETE", f"{IMPORTS}/{made['id']}").status == 204
        return found

    monkeypatch.setattr(reading, "read", meanwhile)
    assert importing.read_waiting(world.clock.now()) == 0
    assert_problem(revenue(world), 422, "invalid-request", "dimensions")


def test_keys_are_looked_for_in_the_newest_events_and_it_says_since_when(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(world, 100)
    later(world, days=3)
    sell(world, 100)
    monkeypatch.setattr(reading, "MOST_COMPARED_BYTES", 1)
    found = imported(world, csv(world))
    assert found["quality"]["compared_since"] == clock.written(world.clock.now())[:10]


@pytest.mark.parametrize(
    "columns",
    [
        [{"column": "a", "name": "one"}, {"column": "b", "name": "one"}],
        [{"column": "a", "name": "merchant"}],
    ],
)
def test_two_columns_have_two_names(world: World, columns: list[dict[str, str]]) -> None:
    assert_problem(world.operator.post(IMPORTS, wish(b"x", columns=columns)), 422, "invalid-request", "columns")


@pytest.mark.parametrize("role", ["support", "auditor"])
def test_who_may_only_see_reports_imports_nothing(world: World, role: str) -> None:
    made = declare(world, csv(world))
    looker: Caller = world.customer().at_work(role)
    assert looker.get(f"{IMPORTS}/{made['id']}").status == 200
    assert_problem(looker.post(IMPORTS, wish(csv(world))), 403, "forbidden")
    assert_problem(looker.request("DELETE", f"{IMPORTS}/{made['id']}"), 403, "forbidden")


def test_while_the_bucket_is_away_it_waits_and_is_read_later(world: World, weather: Weather) -> None:
    made = declare(world, csv(world))
    put(made["id"], csv(world))
    with weather.storm("unreachable", service="s3"):
        assert importing.read_waiting(world.clock.now()) == 0
    assert importing.read_waiting(world.clock.now()) == 1
    assert look(world, made["id"])["state"] == "ready"
