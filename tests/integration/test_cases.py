"""Cases: opened once, found while open, resolved once; and an audit log that is only added to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import cloud as clients
from chalicelib.cases import audit, model_audit, service, store
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
OLGA = Operator("usr_olga", "ses_1", "support")


def opened(subject: str, hours: int, key: str = "") -> str:
    return service.open_case("quarantine", subject, {"amount": 5}, AT + timedelta(hours=hours), AT, key=key)


def test_the_same_kind_subject_and_key_open_one_case(cloud: None) -> None:
    assert opened("top_1", 1) == opened("top_1", 2)
    assert service.case(opened("top_1", 3)).due_at == AT + timedelta(hours=1)
    assert len({opened("top_1", 1), opened("top_2", 1), opened("top_1", 1, key="again")}) == 3


def test_open_cases_come_soonest_due_first_page_by_page(cloud: None) -> None:
    ids = {hours: opened(f"top_{hours}", hours) for hours in (3, 1, 2)}
    first, position = service.open_cases(None, 2)
    second, end = service.open_cases(position, 2)
    assert [case.id for case in first + second] == [ids[1], ids[2], ids[3]]
    assert end is None


def test_a_case_is_resolved_once_by_somebody_and_leaves_the_list(cloud: None) -> None:
    case_id = opened("top_1", 1)
    resolved = service.resolve(case_id, OLGA, "credited by hand", AT)
    assert (resolved.state, resolved.owner, resolved.note) == ("resolved", "usr_olga", "credited by hand")
    assert service.open_cases(None, 10) == ([], None)
    with pytest.raises(InvalidState):
        service.resolve(case_id, OLGA, "again", AT)


def test_resolving_stands_in_the_audit_log(cloud: None) -> None:
    case_id = opened("top_1", 1)
    service.resolve(case_id, OLGA, "credited by hand", AT)
    (entry,), _ = audit.listed(model_audit.wanted(None, None, None, None, None, AT), None, 10)
    told = (entry.actor, entry.action, entry.subject, entry.reason)
    assert told == ("usr_olga", "case.resolve", case_id, "credited by hand")


def test_a_note_is_kept_where_nobody_reads_it_without_the_key(cloud: None) -> None:
    case_id = opened("top_1", 1)
    service.resolve(case_id, OLGA, "credited by hand", AT)
    kept = repr([clients.client("dynamodb").scan(TableName=f"test-{table}")["Items"] for table in ("cases", "audit")])
    assert case_id in kept
    assert "credited" not in kept
    assert service.case(case_id).note == "credited by hand"


def test_a_resolution_whose_answer_was_lost_is_that_resolution_and_no_other(cloud: None) -> None:
    case_id = opened("top_1", 1)
    first = store.resolve(case_id, "usr_olga", "credited by hand")
    assert store.resolve(case_id, "usr_olga", "credited by hand") == first
    assert store.resolve(case_id, "usr_olga", "credited twice") is None
    assert store.resolve(case_id, "usr_otto", "credited by hand") is None


@pytest.mark.parametrize("case_id", ["cas_" + "0" * 26, "usr_" + "0" * 26, "", "é" * 3000])
def test_a_case_that_is_none_is_not_found(case_id: str, cloud: None) -> None:
    with pytest.raises(NotFound):
        service.case(case_id)
