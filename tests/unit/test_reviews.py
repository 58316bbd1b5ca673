"""The rules of regular checks: what is unused, old, too wide, asked again; and which traces show what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import clock, ids, roles
from chalicelib.operations import finding, traces
from chalicelib.operations import model_reviews as model
from chalicelib.operations.model_reviews import Age, Finding, Review, Use
from tests.api.test_audit_origin import KINDS
from tests.tidy.test_console_words import lacking

AT = datetime(2026, 12, 1, 16, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
LEAVE_NO_TRACE = {
    "account.own", "wards.guard", "operators.see", "freezes.see", "cases.see", "audit-log.see", "status.see",
    "on-call.see", "reports.see", "reports.see-tasks", "merchants.see", "merchants.see-keys", "merchants.see-stores",
    "rewards.see", "compensations.see", "disputes.see", "credit.see",
    "merchants.see-staff", "merchants.see-business", "merchants.see-webhooks", "merchants.see-cards",
    "merchants.see-settlements", "merchants.see-payouts", "reconciliations.see", "adjustments.see", "processors.see",
    "backups.see", "backups.see-givings-back", "reviews.see", "policies.see", "risk.see",
}  # fmt: skip


def review(**more: object) -> Review:
    moment = clock.written(AT)
    plain = {"since": clock.written(AT - 7 * DAY), "until": moment, "begun_at": moment}
    return Review(id=model.access_id(AT), kind="access", state="reading", by="", **{**plain, **more})  # type: ignore[arg-type]


def test_what_was_made_and_never_used_is_unused_after_ninety_days_and_not_a_moment_before() -> None:
    assert Age(AT - 90 * DAY, "").is_unused(AT)
    assert not Age(AT - 90 * DAY + clock.MICROSECOND, "").is_unused(AT)


def test_a_day_of_use_counts_from_its_end() -> None:
    used = Age(AT - 400 * DAY, "2026-09-02")
    assert used.unused_days(datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)) == 89
    assert used.is_unused(datetime(2026, 12, 2, tzinfo=UTC))


@given(made=MOMENTS, used=st.none() | MOMENTS, noted=st.none() | MOMENTS, at=MOMENTS)
def test_nothing_is_called_unused_that_was_used_or_made_or_not_yet_noted_in_ninety_days(
    made: datetime, used: datetime | None, noted: datetime | None, at: datetime
) -> None:
    age = Age(made, used.date().isoformat() if used else "", noted)
    if age.is_unused(at):
        first = at - model.UNUSED_AFTER
        assert made <= first
        assert used is None or used <= first
        assert noted is None or noted <= first


def test_a_key_is_old_after_a_year() -> None:
    assert model.is_old(AT - 365 * DAY, AT)
    assert not model.is_old(AT - 365 * DAY + clock.MICROSECOND, AT)


@given(at=MOMENTS, later=st.integers(0, 13 * 24))
def test_a_week_has_one_report_and_later_weeks_sort_after_it(at: datetime, later: int) -> None:
    then = at + timedelta(hours=later)
    same = at.isocalendar()[:2] == then.isocalendar()[:2]
    assert (model.access_id(at) == model.access_id(then)) == same
    assert same or model.access_id(at) < model.access_id(then)
    assert model.access_id(at) < ids.new("rva", at + timedelta(milliseconds=1)), "one that somebody asks for is later"


@given(st.lists(st.tuples(st.dates().map(str), st.sampled_from([None, "people.see", "freezes.keep"]))))
def test_the_same_deeds_in_any_order_and_twice_are_the_same_use(deeds: list[tuple[str, str | None]]) -> None:
    def folded(them: list[tuple[str, str | None]]) -> Use:
        use = Use()
        for day, permission in them:
            use = model.folded(use, day, permission)
        return use

    assert folded(deeds) == folded([*sorted(deeds, key=str), *deeds])


def test_the_log_is_read_from_the_report_before_but_a_week_at_least_and_ninety_days_at_most() -> None:
    assert model.read_from(None, AT) == AT - 90 * DAY
    assert model.read_from(review(until=clock.written(AT - DAY)), AT) == AT - 7 * DAY
    assert model.read_from(review(until=clock.written(AT - 20 * DAY)), AT) == AT - 20 * DAY
    assert model.read_from(review(until=clock.written(AT - 200 * DAY)), AT) == AT - 90 * DAY


def test_every_finding_has_words_for_its_case_and_what_to_do() -> None:
    kinds = {finding.CASE + kind for those in model.FINDINGS.values() for kind in those}
    assert lacking("what", kinds) + lacking("about", kinds) == []
    facts = {"days", "used_on", "role", "enough_role", "reveals", "merchant", "check", "p99_ms", "before_ms"}
    assert lacking("fact", facts) == []


def test_every_permission_leaves_a_trace_or_is_known_to_leave_none() -> None:
    assert set(traces.TRACES) | LEAVE_NO_TRACE == set(roles.PERMISSIONS)
    assert not set(traces.TRACES) & LEAVE_NO_TRACE
    assert {deed for deeds in traces.TRACES.values() for deed in deeds} <= KINDS
    assert set(traces.REVEALS) <= KINDS


@given(role=st.sampled_from(sorted(roles.ROLES)), used=st.sets(st.sampled_from(sorted(traces.TRACES))))
def test_a_role_that_would_be_enough_grants_less_and_all_that_was_used(role: str, used: set[str]) -> None:
    used &= set(traces.traced(role))
    enough = traces.enough(role, used)
    if enough:
        assert used <= set(roles.granted(enough))
        assert len(roles.granted(enough)) < len(roles.granted(role))


def test_an_admin_who_only_looks_after_customers_needs_support_and_one_who_did_nothing_no_other_role() -> None:
    assert traces.enough("admin", {"people.see", "cases.resolve"}) == "support"
    assert traces.enough("admin", {"operators.appoint"}) is None
    assert traces.enough("admin", set()) is None


def test_a_resolved_finding_is_asked_again_when_it_came_back_or_after_ninety_days() -> None:
    assert model.asks_again(AT - DAY, False, AT)
    assert not model.asks_again(AT - 90 * DAY + clock.MICROSECOND, True, AT)
    assert model.asks_again(AT - 90 * DAY, True, AT)


def test_what_was_found_before_and_is_not_now_is_gone() -> None:
    kept, lost = Finding("key-idle", "key_1", {"days": 90}, "cas_1"), Finding("key-old", "key_1", {}, "cas_2")
    former = review(findings=(kept, lost))
    assert model.vanished(former, (msgspec.structs.replace(kept, facts={"days": 97}),)) == (lost,)


def test_a_report_holds_so_many_findings_and_counts_all() -> None:
    many = [Finding("key-idle", f"key_{number}") for number in range(model.MOST_FINDINGS + 3)]
    held = finding.added(finding.added(review(), many[:150]), many[150:])
    assert len(held.findings) == model.MOST_FINDINGS
    assert held.figures == {"key_idle": 203, "findings": 203, "findings_left_out": 3}


def test_a_report_that_says_anything_else_has_another_digest() -> None:
    one = review(figures={"keys": 1})
    assert model.digest(one) == model.digest(msgspec.structs.replace(one, number=7))
    assert model.digest(one) != model.digest(msgspec.structs.replace(one, figures={"keys": 2}))
