"""The audit log: only ever added to, read by period and by who, what and whom, and tampering shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from chalicelib import cloud as clients
from chalicelib.cases import audit, exports, model_audit, service, store_audit
from chalicelib.cases.model_audit import AuditView, ExportRequest, Format, Wanted
from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, Unavailable
from infra import check_export
from tests import aws

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
VERA = Operator("usr_vera", "ses_v", "auditor", "198.51.100.77")
FORMATS = ["jsonl", "csv"]


def log(who: str = "usr_olga", what: str = "case.resolve", whom: str = "cas_1", **more: Any) -> None:
    service.audit(who, what, whom, more.pop("why", "because"), more.pop("at", AT), **more)


def week(**narrowed: str | None) -> Wanted:
    return Wanted(AT - timedelta(days=7), AT + timedelta(seconds=1), **narrowed)


def listed(wanted: Wanted | None = None, limit: int = 100) -> list[AuditView]:
    return audit.listed(wanted or week(), None, limit)[0]


def items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = clients.client("dynamodb").scan(TableName="test-audit")["Items"]
    return found


def put(item: dict[str, Any]) -> None:
    clients.client("dynamodb").put_item(TableName="test-audit", Item=item)


def export(form: str = "jsonl", **changes: Any) -> str:
    wish = {"since": clock.written(AT - timedelta(days=1)), "until": clock.written(AT + timedelta(hours=1))}
    return audit.exported(VERA, ExportRequest(**(wish | {"format": form} | changes)), AT + timedelta(hours=2))


def recorded() -> list[dict[str, Any]]:
    """What the log itself says of exports, newest first."""
    later = Wanted(AT, AT + timedelta(hours=3), action="audit-log.export")
    return [view.facts for view in listed(later)]


def test_an_entry_says_who_did_what_to_whom_from_where_and_why(cloud: None) -> None:
    log("usr_olga", "person.reveal", "usr_ann", why="asked to be called", source_address="203.0.113.7", field="name")
    (entry,) = listed()
    assert (entry.actor, entry.action, entry.subject) == ("usr_olga", "person.reveal", "usr_ann")
    assert (entry.source, entry.reason, entry.facts) == ("203.0.113.0/24", "asked to be called", {"field": "name"})
    assert (entry.at, entry.intact) == ("2026-11-22T08:00:00.000000Z", True)


def test_nothing_of_a_reason_and_no_whole_address_is_kept_in_clear(cloud: None) -> None:
    log(why="Ann of +8613800138000 called", source_address="203.0.113.7")
    kept = repr(items())
    assert "usr_olga" in kept
    assert [part for part in ("Ann", "13800138000", "called", "203.0.113.7") if part in kept] == []


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("", ""),
        ("a\r\nb", ""),
    ],
)
def test_of_an_address_only_its_network_is_kept(address: str, kept: str) -> None:
    assert model_audit.network(address) == kept


def test_an_entry_is_one_write_and_two_of_one_moment_both_stay(aws_calls: list[tuple[str, str]]) -> None:
    vault.ready()
    aws_calls.clear()
    log()
    assert aws_calls == [("dynamodb", "PutItem")]
    log()
    assert len(listed()) == 2


def test_an_entry_put_again_replaces_nothing(cloud: None) -> None:
    entry = model_audit.AuditEntry("aud_" + "0" * 26, AT, "usr_olga", "case.resolve", "cas_1")
    store_audit.put(entry, vault.seal(entry.id, entry.bound, "first"))
    store_audit.put(entry, vault.seal(entry.id, entry.bound, "second"))
    assert [view.reason for view in listed()] == ["first"]


def test_it_is_found_by_who_what_whom_and_when_newest_first(cloud: None) -> None:
    for days, who in ((0, "usr_olga"), (1, "usr_otto"), (2, "usr_olga"), (9, "usr_olga")):
        log(who, at=AT - timedelta(days=days))
    log(what="case.open")
    log(whom="cas_2")
    assert [view.at[8:10] for view in listed(week(actor="usr_olga", action="case.resolve"))] == ["22", "22", "20"]
    assert [view.subject for view in listed(week(subject="cas_2"))] == ["cas_2"]
    assert [view.action for view in listed(week(action="case.open"))] == ["case.open"]
    assert len(listed()) == 5
    assert listed(week(actor="usr_nobody")) == []
    ninth = Wanted(AT - timedelta(days=9), AT - timedelta(days=8))
    assert len(listed(ninth)) == 1


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_give_every_entry_once_across_days_and_say_when_they_end(cloud: None, limit: int) -> None:
    for number in range(7):
        log(whom=f"cas_{number}", at=AT - timedelta(hours=9 * number))
        log("usr_otto", at=AT - timedelta(hours=9 * number))
    found, position = audit.listed(week(actor="usr_olga"), None, limit)
    pages = 1
    while position:
        more, position = audit.listed(week(actor="usr_olga"), position, limit)
        found, pages = [*found, *more], pages + 1
    assert [view.subject for view in found] == [f"cas_{number}" for number in range(7)]
    assert pages == -(-7 // limit)


def test_a_page_goes_through_so_many_entries_and_then_says_where_to_go_on(
    cloud: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_LOOKED_AT", 3)
    for number in range(8):
        log(whom=f"cas_{number}", at=AT - timedelta(hours=number))
    found, position = audit.listed(week(subject="cas_7"), None, 10)
    assert (found, position is None) == ([], False)
    found, position = audit.listed(week(subject="cas_7"), position, 10)
    assert (found, position is None) == ([], False)
    found, position = audit.listed(week(subject="cas_7"), position, 10)
    assert ([view.subject for view in found], position) == (["cas_7"], None)


@pytest.mark.parametrize("name", ["who", "what", "whom", "source", "facts", "sealed", "sk"])
def test_an_edit_of_any_attribute_shows_and_calls_somebody(
    cloud: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    paged: list[str] = []
    monkeypatch.setattr(audit, "page", lambda alarm, **facts: paged.append(alarm))
    log(why="first")
    log(why="second")
    mine, other = items()
    edited = {"facts": '{"field":"all"}', "sk": mine["sk"]["S"].replace("08:00:00", "08:00:01")}.get(name)
    clients.client("dynamodb").delete_item(TableName="test-audit", Key={key: mine[key] for key in ("pk", "sk")})
    put(mine | {name: {"S": edited} if edited else {"S": other[name]["S"] if name == "sealed" else "usr_x"}})
    views = listed(Wanted(AT - timedelta(days=1), AT + timedelta(minutes=1)))
    assert sorted(view.intact for view in views) == [False, True]
    assert [view.reason for view in views if not view.intact] == [""]
    assert paged == ["AuditEntryChanged"]


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_chained_and_the_log_keeps_its_last_link(cloud: None, form: str) -> None:
    for number in range(3):
        log(whom=f"cas_{number}", at=AT + timedelta(minutes=number), why='=1+1,"x"\r\nnext line\u2028')
    file = export(form)
    period = Wanted(AT - timedelta(days=1), AT + timedelta(hours=1))
    last = exports.last_link(file, exports.first_link(period), cast(Format, form))
    (said,) = recorded()
    assert (said["digest"], said["entries"], said["format"]) == (last, 3, form)
    assert export(form) == file


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("damage", ["edit", "removal", "reorder", "truncation", "another period"])
def test_a_file_that_was_changed_is_found_out(cloud: None, form: str, damage: str) -> None:
    for number in range(4):
        log(whom=f"cas_{number}", at=AT + timedelta(minutes=number))
    ends = "\n" if form == "jsonl" else "\r\n"
    lines = export(form).split(ends)[:-1]
    head, rows = (lines[:1], lines[1:]) if form == "csv" else ([], lines)
    changed = {
        "edit": [rows[0], rows[1].replace("cas_1", "cas_9"), *rows[2:]],
        "removal": [rows[0], *rows[2:]],
        "reorder": [rows[1], rows[0], *rows[2:]],
        "truncation": rows[:-1],
    }.get(damage, rows)
    hours = 2 if damage == "another period" else 1
    start = exports.first_link(Wanted(AT - timedelta(days=1), AT + timedelta(hours=hours)))
    last = exports.last_link(ends.join([*head, *changed, ""]), start, cast(Format, form))
    assert last != recorded()[0]["digest"]
    if damage != "truncation":
        assert last is None


@pytest.mark.parametrize("form", FORMATS)
def test_an_auditor_checks_a_file_at_home(
    cloud: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    log()
    file = tmp_path / f"audit-log.{form}"
    file.write_bytes(export(form).encode())
    period = [clock.written(AT - timedelta(days=1)), clock.written(AT + timedelta(hours=1))]
    assert check_export.main([str(file), *period]) == 0
    assert str(recorded()[0]["digest"]) in capsys.readouterr().out
    assert check_export.main([str(file), *period, "--actor", "usr_x"]) == 1
    file.write_bytes(file.read_bytes().replace(b"cas_1", b"cas_2"))
    assert check_export.main([str(file), *period]) == 1


def test_an_edit_and_a_deletion_in_the_table_show_in_the_next_export_of_the_period(cloud: None) -> None:
    for number in range(3):
        log(whom=f"cas_{number}", at=AT + timedelta(minutes=number))
    export()
    item = items()[0]
    put(item | {"whom": {"S": "cas_9"}})
    intact = [json.loads(line)["entry"]["intact"] for line in export().splitlines()]
    clients.client("dynamodb").delete_item(TableName="test-audit", Key={key: item[key] for key in ("pk", "sk")})
    export()
    assert sorted(intact) == [False, True, True]
    digests = [said["digest"] for said in recorded()]
    assert len(set(digests)) == 3


def test_a_cell_that_a_spreadsheet_would_run_is_neutralised_in_an_export(cloud: None) -> None:
    log(why='=HYPERLINK("https://evil.test")')
    assert ",\"'=HYPERLINK" in export("csv")


def test_an_export_is_of_a_period_that_is_over_and_not_too_long(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = AT + timedelta(hours=2)
    for changes, param in (
        ({"until": clock.written(now - timedelta(seconds=59))}, "to"),
        ({"since": clock.written(now)}, "from"),
        ({"since": clock.written(AT - timedelta(days=31))}, "from"),
        ({"since": "yesterday"}, "from"),
        ({"until": "2026-11-22T08:00:00"}, "to"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            export(**changes)
        assert refused.value.param == param
    monkeypatch.setattr(model_audit, "MOST_EXPORTED", 2)
    log()
    log()
    assert export().count("\n") == 2
    log()
    with pytest.raises(InvalidRequest):
        export()
    assert len(recorded()) == 1


def test_what_cannot_be_logged_is_not_exported(cloud: None, monkeypatch: pytest.MonkeyPatch) -> None:
    log()

    def broken(sent: aws.Sent) -> Any:
        if sent.operation == "PutItem":
            return aws.answered(503, {"__type": "ServiceUnavailable"})
        return sent.go_on()

    aws.stand_before(monkeypatch, broken)
    with pytest.raises(Unavailable):
        export()
