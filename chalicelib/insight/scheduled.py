"""Sending reports when they are due, by e-mail, with a table and a picture.

claim (due again in fifteen minutes) ──▶ answer ──▶ e-mail ──▶ told ──▶ e-mail ──▶ told … ──▶ due next time

The due time moves on last: a crash loses nobody's report. Whoever was told is written down right behind their e-mail,
so that a crash between the two sends it once more, to that one alone. What was missed is sent for each of its times.
A report of a period that is over waits until all of it is known; after a day it says up to when.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from chalicelib import queues
from chalicelib.identity import operators
from chalicelib.identity import service as people
from chalicelib.insight import model_mailed, reports, store_lake, store_saved
from chalicelib.insight.model_reports import AnswerView
from chalicelib.insight.model_saved import GIVEN_UP_AFTER, SENT_WITHIN, Period, ReportSchedule, Saved, following, span
from chalicelib.kernel import clock, text
from chalicelib.kernel.errors import NotFound
from chalicelib.notices import service as notices
from chalicelib.notices.model import Attachment
from chalicelib.notices.model_reach import Recipient
from chalicelib.observability import logger
from chalicelib.settings import settings


def send_due(at: datetime) -> int:
    """How many reports were sent to everybody."""
    return queues.sweep("reports", store_saved.due(at), lambda report_id: _go_on(report_id, at))


def _go_on(report_id: str, at: datetime) -> bool:
    """Raises what went wrong, once everybody else has it; it is tried again for a day, and given up then."""
    seen = store_saved.one(report_id)
    if seen is None or seen.schedule is None or seen.due_at is None or not seen.is_due(at):
        return False
    sending_for = seen.sending_for or seen.due_at
    if not _is_known(seen.query.period, clock.read(sending_for)) and at - clock.read(sending_for) < GIVEN_UP_AFTER:
        return False
    if not store_saved.claim(seen, sending_for, at + SENT_WITHIN):
        return False
    if at - clock.read(sending_for) < GIVEN_UP_AFTER or not seen.sending_for:
        _send(seen, seen.schedule, sending_for, at)
    now = store_saved.one(report_id)
    if now is None or now.schedule is None or now.sending_for != sending_for:
        return False
    return store_saved.sent(now, following(now.schedule, clock.read(sending_for)))


def _is_known(period: Period, due_at: datetime) -> bool:
    """Whether all of a period that is over is in the lake. One that goes on never is: its report says up to when."""
    until, through = span(period, due_at)[1], store_lake.through()
    return until > due_at or (through is not None and clock.read(through) >= until)


def _send(seen: Saved, schedule: ReportSchedule, sending_for: str, at: datetime) -> None:
    left = [person for person in schedule.recipients if person not in seen.told]
    if not left:
        return
    due_at = clock.read(sending_for)
    answer = reports.asked(seen.query.asked(due_at))
    pictures = _pictures(seen, answer)

    def to(person: str) -> bool:
        _tell(person, seen, answer, pictures, due_at, at)
        store_saved.told(seen.id, sending_for, person)
        return True

    queues.each(left, to)


def _tell(
    person: str, seen: Saved, answer: AnswerView, pictures: Sequence[Attachment], due_at: datetime, at: datetime
) -> None:
    """Whoever left, or has no e-mail address any more, is passed over."""
    reader = _reader(person)
    if reader is None:
        logger().warning("a report has nobody to go to", extra={"report": seen.id, "operator": person})
        return
    said = _said(seen, answer, reader.language, due_at)
    contact = next(one for one in reader.contacts if "@" in one)
    notices.send(contact, reader.language, "report", said, at, phrase=reader.phrase, attachments=pictures)


def _reader(person: str) -> Recipient | None:
    if not operators.is_one(person):
        return None
    try:
        reader = people.profile(person).recipient
    except NotFound:
        return None
    return reader if any("@" in one for one in reader.contacts) else None


def _said(seen: Saved, answer: AnswerView, language: str, due_at: datetime) -> dict[str, str | int]:
    since, until = span(seen.query.period, due_at)
    schedule = cast(ReportSchedule, seen.schedule)
    return {
        "name": seen.name,
        "first": clock.written(since)[:10],
        "last": clock.written(until - clock.MICROSECOND)[:10],
        "known": (answer.through_at or clock.written(due_at))[:16].replace("T", " "),
        "every": text.sentence(f"reports.every.{schedule.every}", language),
        "rows": answer.total,
        "shown": min(answer.total, model_mailed.MOST_ROWS),
        "table": model_mailed.table(answer, seen.query) or text.sentence("reports.no-rows", language),
        "link": f"{settings().public_url}/console/#/reports/saved/{seen.id}",
    }


def _pictures(seen: Saved, answer: AnswerView) -> list[Attachment]:
    """None of nothing. Its font has Latin alone: a name in another script gives way to what is measured."""
    shown = model_mailed.marks(answer, seen.query)
    if seen.chart == "none" or not shown:
        return []
    from chalicelib.insight import drawing

    measured = model_mailed.measured(seen.query)
    title = seen.name if drawing.plain(seen.name) else measured
    if seen.chart == "bars":
        shown = [model_mailed.Mark(f"{one.label} {one.series}".strip(), "", one.value) for one in shown]
    points = [drawing.Point(drawing.latin(one.label), drawing.latin(one.series), one.value) for one in shown]
    across = "step" if seen.query.funnel else ", ".join(seen.query.dimensions)
    drawn = drawing.drawn(drawing.Plate(title, measured, across, points), seen.chart)
    return [Attachment("report.png", "image/png", drawn)]
