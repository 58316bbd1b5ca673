"""An archive of all that is kept of me: made by the sweep, signed, fetched by a link, verified by a stranger."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib import cloud
from chalicelib.identity import above, exports, store_exports
from chalicelib.kernel import ids
from chalicelib.notices import service as notices
from chalicelib.settings import settings
from infra import verify_archive
from infra.verify_archive import NotOurs
from tests.api.caller import Reply
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import outbox

pytestmark = pytest.mark.many_requests

WEEK = 7 * 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def ask(person: Person) -> str:
    person.world.clock.advance(1)
    reply = person.phone.post("/v1/me/exports")
    assert (reply.status, reply.json["status"], reply.headers["retry-after"]) == (202, "pending", "60")
    found: str = reply.json["id"]
    return found


def look(person: Person, export_id: str) -> Reply:
    return person.phone.get(f"/v1/me/exports/{export_id}")


def fetched(view: dict[str, Any]) -> bytes:
    """What lies where the link leads."""
    key = urlsplit(view["download_url"]).path.lstrip("/")
    content: bytes = cloud.client("s3").get_object(Bucket=settings().exports_bucket, Key=key)["Body"].read()
    return content


def archive_of(world: World, person: Person) -> bytes:
    export_id = ask(person)
    world.sweep()
    return fetched(look(person, export_id).json)


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def keys(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.nobody.get("/v1/keys").json
    return found


def test_an_archive_is_pending_until_the_sweep_has_made_it_and_its_owner_is_told(world: World) -> None:
    ana = world.customer()
    export_id = ask(ana)
    pending = look(ana, export_id)
    assert (pending.json["status"], "download_url" in pending.json) == ("pending", False)
    assert pending.headers["retry-after"] == "60"
    world.sweep()
    ready = look(ana, export_id).json
    assert ready["status"] == "ready"
    assert len(fetched(ready)) == ready["bytes"]
    assert outbox(ana.identifier)[-1]["subject"] == "Your archive is ready"
    assert ready["expires_at"][:10] == "2026-11-29"
    assert "29 Nov 2026" in outbox(ana.identifier)[-1]["body"]


def test_a_sweep_that_starts_cold_makes_it_too(world: World) -> None:
    person = world.customer()
    export_id = ask(person)
    above._lent.clear()
    world.sweep()
    assert look(person, export_id).json["status"] == "ready"


def test_the_link_is_signed_for_five_minutes_and_leads_to_the_one_archive(world: World) -> None:
    ana = world.customer()
    export_id = ask(ana)
    world.sweep()
    link = urlsplit(look(ana, export_id).json["download_url"])
    signed = parse_qs(link.query)
    assert (signed["X-Amz-Expires"], signed["X-Amz-Algorithm"]) == (["300"], ["AWS4-HMAC-SHA256"])
    assert link.hostname == "test-exports.s3.eu-west-1.amazonaws.com"
    assert link.path == f"/archives/{export_id}.zip"


def test_it_holds_profile_consents_statements_and_receipts(world: World) -> None:
    ana = world.customer(900)
    ana.phone.post("/v1/me/consents", {"document": "terms", "version": "2026-11-01", "given": True})
    paid = ana.pay(250, reference="order-7", description="tea").json
    found = opened(archive_of(world, ana))
    profile = json.loads(found["profile.json"])
    assert (profile["id"], profile["identifier"], profile["display_name"]) == (ana.id, ana.identifier, "Ana")
    assert [one["document"] for one in json.loads(found["consents.json"])] == ["terms"]
    assert json.loads(found["funding_methods.json"]) == []
    statement = json.loads(found[f"statements/{ana.wallet}/2026-11.json"])
    assert statement["closing"]["available"] == 650
    rows = list(csv.DictReader(io.StringIO(found[f"statements/{ana.wallet}/2026-11.csv"].decode())))
    assert [row["amount"] for row in rows] == ["900", "-250"]
    receipts = json.loads(found[f"receipts/{ana.wallet}.json"])
    assert {one["kind"] for one in receipts} == {"top-up", "payment"}
    (answer,) = [one["answer"] for one in receipts if one["id"] == paid["id"]]
    assert (answer["description"], answer["order_reference"]) == ("tea", "order-7")


def test_every_month_in_which_something_happened_is_there(world: World, clock: FrozenClock) -> None:
    ana = world.customer(900)
    clock.advance(65 * 86_400)
    ana.sign_in()
    ana.pay(100)
    names = sorted(
        name[-12:-5] for name in opened(archive_of(world, ana)) if name.startswith("statements") and "json" in name
    )
    assert names == ["2026-11", "2027-01"]


@pytest.mark.parametrize("reference", ["=1+1", "+1", "-1", "@SUM(1)"])
def test_a_cell_that_a_spreadsheet_would_take_for_a_formula_is_neutralised(world: World, reference: str) -> None:
    ana = world.customer(900)
    assert ana.pay(250, reference=reference).status == 201
    found = opened(archive_of(world, ana))[f"statements/{ana.wallet}/2026-11.csv"].decode()
    assert f"'{reference}" in [row["order_reference"] for row in csv.DictReader(io.StringIO(found))]


def test_a_stranger_verifies_it_with_the_published_keys_alone(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, published = archive_of(world, world.customer(900)), keys(world)
    archive, kept = tmp_path / "archive.zip", tmp_path / "keys.json"
    archive.write_bytes(content)
    kept.write_text(json.dumps(published))
    assert verify_archive.main(str(archive), str(kept)) == 0
    assert "ours and whole: 16 files" in capsys.readouterr().out
    assert {key["alg"] for key in published["keys"]} == {"ES256"}


def tampered(files: dict[str, bytes], how: str) -> dict[str, bytes]:
    """One of the ways in which somebody might better their archive."""
    manifest = json.loads(files["manifest.json"])
    if how == "a file changed":
        return files | {"profile.json": b"{}"}
    if how == "a file added":
        return files | {"receipts/more.json": b"[]"}
    if how == "a file taken out":
        return {name: content for name, content in files.items() if name != "consents.json"}
    if how == "manifest changed":
        return files | {"manifest.json": json.dumps(manifest | {"user": "usr_other"}).encode()}
    header, payload, signature = files["manifest.jws"].decode().split(".")
    return files | {"manifest.jws": f"{header}.{payload}.{'A' * 22 + signature[22:]}".encode()}


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("a file changed", "profile.json was changed"),
        ("a file added", "files were added"),
        ("a file taken out", "files were added or taken out"),
        ("manifest changed", "the manifest was changed"),
        ("signature changed", "the signature does not match"),
    ],
)
def test_whatever_was_changed_shows(world: World, tmp_path: Path, how: str, told: str) -> None:
    files = tampered(opened(archive_of(world, world.customer(900))), how)
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as written:
        for name, content in files.items():
            written.writestr(name, content)
    with pytest.raises(NotOurs, match=told):
        verify_archive.verify(archive, keys(world))


def test_a_key_that_is_not_published_proves_nothing(world: World, tmp_path: Path) -> None:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(archive_of(world, world.customer()))
    with pytest.raises(NotOurs, match="not among these"):
        verify_archive.verify(archive, {"keys": []})


def test_somebody_elses_archive_is_not_found(world: World) -> None:
    ana, bob = world.customer(), world.customer()
    export_id = ask(ana)
    world.sweep()
    answers = [look(bob, one) for one in (export_id, ids.derived("xpt", "never"), "x")]
    assert {(reply.status, reply.json["code"]) for reply in answers} == {(404, "not-found")}


def test_three_a_day_and_no_more(world: World, clock: FrozenClock) -> None:
    ana = world.customer()
    for _ in range(3):
        ask(ana)
    assert ana.phone.post("/v1/me/exports").status == 429
    clock.advance(86_400)
    ana.sign_in()
    ask(ana)


def test_after_seven_days_it_is_gone(world: World, clock: FrozenClock) -> None:
    ana = world.customer()
    export_id = ask(ana)
    world.sweep()
    clock.advance(WEEK - 1)
    ana.sign_in()
    assert look(ana, export_id).status == 200
    clock.advance(1)
    assert look(ana, export_id).status == 404


def test_what_was_cut_short_is_made_by_a_later_sweep(
    world: World, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    export_id = ask(ana)
    for place in ("keep_archive", "ready", "done"):
        with monkeypatch.context() as patch:
            patch.setattr(store_exports, place, lambda *given: (_ for _ in ()).throw(OSError("killed")))
            assert exports.make_due(clock.now()) == 0
        assert exports.make_due(clock.now()) == 0
        clock.advance(300)
    assert exports.make_due(clock.now()) == 1
    assert exports.make_due(clock.advance(300)) == 0
    ana.sign_in()
    assert look(ana, export_id).json["status"] == "ready"
    assert [one.kind for one in notices.inbox(ana.id, None, 10)[0]] == ["export_ready"] * 2


def test_one_sweep_makes_so_many_and_the_next_goes_on(
    world: World, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 2)
    for _ in range(3):
        ask(world.customer())
    assert [exports.make_due(clock.now()) for _ in range(3)] == [2, 1, 0]


def test_what_cannot_be_made_is_given_up_and_says_so(
    world: World, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    export_id = ask(ana)
    monkeypatch.setattr(store_exports, "keep_archive", lambda *given: (_ for _ in ()).throw(OSError("no bucket")))
    for _ in range(7):
        exports.make_due(clock.now())
        clock.advance(300)
    ana.sign_in()
    assert look(ana, export_id).json["status"] == "failed"
    assert exports.make_due(clock.now()) == 0


def test_an_account_deleted_meanwhile_gets_no_archive(world: World) -> None:
    ana = world.customer()
    export_id = ask(ana)
    assert ana.phone.request("DELETE", "/v1/me", {"password": "correct horse battery staple"}).status == 204
    world.sweep()
    found = store_exports.find(ana.id, export_id)
    assert found and found.status == "failed"


def test_my_archives_are_listed_on_any_device_newest_first_without_links_and_while_they_last(world: World) -> None:
    ana, ben = world.customer(), world.customer()
    assert ana.phone.get("/v1/me/exports").json == {"data": [], "has_more": False, "next_cursor": None}
    first = ask(ana)
    world.sweep()
    second = ask(ana)
    ana.sign_in()
    listed = ana.phone.get("/v1/me/exports").json
    assert [(one["id"], one["status"]) for one in listed["data"]] == [(second, "pending"), (first, "ready")]
    ready = {name: value for name, value in look(ana, first).json.items() if name != "download_url"}
    assert listed["data"][1] == ready
    page = ana.phone.get("/v1/me/exports?limit=1").json
    assert [one["id"] for one in page["data"]] == [second]
    rest = ana.phone.get(f"/v1/me/exports?limit=1&cursor={page['next_cursor']}").json
    assert [one["id"] for one in rest["data"]] == [first]
    assert ben.phone.get("/v1/me/exports").json["data"] == []
    world.clock.advance(WEEK - 1)
    ana.sign_in()
    assert [one["id"] for one in ana.phone.get("/v1/me/exports").json["data"]] == [second]
