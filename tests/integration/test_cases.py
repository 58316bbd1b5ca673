"""Cases: opened once, found while open, resolved once; and an audit log that is only added to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import cloud as clients
from chalicelib.cases import service
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.settings import settings

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
OLGA = Operator("usr_olga", "ses_1", "support")


def opened(subject: str, hours: int, key: str = "") -> str:
    return service.open_case("quarantine", subject, {"amount": 5}, AT + timedelta(hours=hours), AT, key=key)


def audit_log() -> list[dict[str, str]]:
    found = clients.client("dynamodb").query(
        TableName=settings().cases_table,
        KeyConditionExpression="pk = :day",
        ExpressionAttributeValues={":day": {"S": "AUDIT#2026-11-22"}},
    )
    return [{name: next(iter(kind.values())) for name, kind in item.items()} for item in found["Items"]]


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
    (entry,) = audit_log()
    expected = {"who": "usr_olga", "what": "case.resolve", "whom": case_id, "why": "credited by hand"}
    assert expected.items() <= entry.items()


def test_two_audit_entries_of_one_moment_both_stay(cloud: None) -> None:
    service.audit("usr_a", "x", "usr_b", "y", AT)
    service.audit("usr_a", "x", "usr_b", "y", AT)
    assert len(audit_log()) == 2


@pytest.mark.parametrize("case_id", ["cas_" + "0" * 26, "usr_" + "0" * 26, "", "é" * 3000])
def test_a_case_that_is_none_is_not_found(case_id: str, cloud: None) -> None:
    with pytest.raises(NotFound):
        service.case(case_id)
