"""The table `reconciliations`, and the bucket of statements, where a file stands under its SHA-256.

DAY#<day>             STATEMENT#<side>#<name>#<sha256>   a file of that day, once
REPORTS               <day>                              a day's report, or that one was asked for
ASKED                 <day>                              that it was asked for, until it ran since
DIFFERENCES#<day>     <difference>                       what was found that day
OPEN#<name>           <side>#<line>                      a line that has found no other yet
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO

import msgspec
from botocore.exceptions import ClientError
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib import cloud
from chalicelib.cloud_tables import Table, absent, cut, made, writing
from chalicelib.kernel import clock
from chalicelib.settings import settings
from chalicelib.settlement.model_reconciliation import Finding, Form, Side, StatementLine
from chalicelib.settlement.model_reports import LOOKED_BACK, DifferenceView, OpenLine, ReportView, Statement

UPLOAD_SECONDS = 3_600
_STATEMENT, _DAY, _REPORTS, _DIFFERENCES, _OPEN = "STATEMENT#", "DAY#", "REPORTS", "DIFFERENCES#", "OPEN#"
_ASKED = "ASKED"
_CENTURY = "2"
"""What every day begins with."""
_KEPT_OPEN = timedelta(days=90)
_GONE = frozenset({"NoSuchKey", "404"})


class _StatementItem(Table):
    setting = "reconciliations_table"
    side = UnicodeAttribute()
    name = UnicodeAttribute()
    form = UnicodeAttribute()
    day = UnicodeAttribute()
    bytes = NumberAttribute()
    imported_at = UnicodeAttribute()
    imported_by = UnicodeAttribute()


class _ReportItem(Table):
    setting = "reconciliations_table"
    asked_at = UnicodeAttribute(null=True)
    ran_at = UnicodeAttribute(null=True)
    report = UnicodeAttribute(null=True)


class _DifferenceItem(Table):
    setting = "reconciliations_table"
    told = UnicodeAttribute()
    case_id = UnicodeAttribute()
    closed_as = UnicodeAttribute()


class _OpenItem(Table):
    setting = "reconciliations_table"
    line = UnicodeAttribute()
    ours = BooleanAttribute()
    day = UnicodeAttribute()
    case_id = UnicodeAttribute()
    found_on = UnicodeAttribute()
    closed_on = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def keep_statement(statement: Statement, at: datetime) -> bool:
    """Once for each day, side, name and content; False if it was. What was taken for another form is so no more.

    Its day is asked for in the same transaction: whoever dies next to it leaves no statement that nobody reads.
    """
    item = _StatementItem(
        _DAY + statement.day,
        _address(statement),
        side=statement.side,
        name=statement.name,
        form=statement.form,
        day=statement.day,
        bytes=statement.bytes,
        imported_at=clock.written(statement.imported_at),
        imported_by=statement.imported_by,
    )

    def write() -> None:
        with writing() as together:
            together.save(item, absent() | (_StatementItem.form != statement.form))
            _ask(together, statement.day, at)

    if made(write):
        return True
    ask(statement.day, at)
    return False


def statement(alike: Statement) -> Statement | None:
    """What was imported of the same day, side, name and content."""
    found = _StatementItem.find(_DAY + alike.day, _address(alike))
    return _statement(found) if found else None


def statements(day: str) -> list[Statement]:
    return list(map(_statement, _StatementItem.query(_DAY + day, consistent_read=True)))


def statements_page(day: str, position: str | None, limit: int) -> tuple[list[Statement], str | None]:
    found, following = _StatementItem.newest(_DAY + day, _STATEMENT, position, limit)
    return list(map(_statement, found)), following


def put_content(kept: Statement, content: bytes | BinaryIO) -> None:
    """The bucket encrypts what it is given, and refuses what is not what its address says."""
    cloud.client("s3").put_object(Body=content, **_place(kept), ChecksumSHA256=_checksum(kept))


def upload(kept: Statement) -> tuple[str, dict[str, str]]:
    """A link for an hour, and the headers that were signed with it; made without a call."""
    wanted = {**_place(kept), "ChecksumSHA256": _checksum(kept), "ContentLength": kept.bytes}
    url: str = cloud.client("s3").generate_presigned_url("put_object", Params=wanted, ExpiresIn=UPLOAD_SECONDS)
    return url, {"x-amz-checksum-sha256": _checksum(kept)}


def is_there(kept: Statement) -> bool:
    """Whether it has been uploaded."""
    try:
        cloud.client("s3").head_object(**_place(kept))
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return False
        raise
    return True


class Content(io.RawIOBase):
    """A file as it comes, hashed on the way."""

    def __init__(self, body: Any) -> None:
        self._body, self._digest = body, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read: bytes = self._body.read(len(buffer))
        self._digest.update(read)
        buffer[: len(read)] = read
        return len(read)

    @property
    def sha256(self) -> str:
        """Of all that was read."""
        return self._digest.hexdigest()


def content(kept: Statement) -> Content | None:
    """None if nobody has uploaded it yet."""
    try:
        return Content(cloud.client("s3").get_object(**_place(kept))["Body"])
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return None
        raise


def ask(day: str, at: datetime) -> None:
    with writing() as together:
        _ask(together, day, at)


def asked_at(day: str) -> str:
    """Of what no run has answered; empty where nobody asked since."""
    found = _ReportItem.find(_ASKED, day)
    return found.asked_at or "" if found else ""


def days_asked() -> list[str]:
    """However old, the oldest first."""
    return [item.sk for item in _ReportItem.query(_ASKED, consistent_read=True)]


def keep_report(report: ReportView, at: datetime, asked_at: str) -> None:
    """The day is asked for no more, unless it was again since the run looked: then that was `asked_at`."""
    told, ran_at = msgspec.json.encode(report).decode(), clock.written(at)
    _ReportItem(_REPORTS, report.day).update([_ReportItem.ran_at.set(ran_at), _ReportItem.report.set(told)])
    asked = _ReportItem(_ASKED, report.day)
    if asked_at:
        made(lambda: asked.delete(_ReportItem.asked_at == asked_at))


def report(day: str) -> ReportView | None:
    found = _ReportItem.find(_REPORTS, day)
    return _report(found) if found else None


def reports(position: str | None, limit: int) -> tuple[list[ReportView], str | None]:
    """Newest day first."""
    found, following = _ReportItem.newest(_REPORTS, _CENTURY, position, limit)
    return [_report(item) for item in found], following


def report_before(day: str) -> ReportView | None:
    """The newest done one of a day before."""
    found = _ReportItem.query(
        _REPORTS, _ReportItem.sk < day, consistent_read=True, scan_index_forward=False, limit=int(LOOKED_BACK.days)
    )
    return next((_report(item) for item in found if item.report), None)


def keep_difference(day: str, finding: Finding, side: Side, case_id: str) -> None:
    told = msgspec.json.encode(_told(finding, side)).decode()
    item = _DifferenceItem(_DIFFERENCES + day, finding.id, told=told, case_id=case_id, closed_as="")
    made(lambda: item.save(absent()))


def close_difference(day: str, difference_id: str, closed_as: str) -> None:
    item = _DifferenceItem(_DIFFERENCES + day, difference_id)
    made(lambda: item.update([_DifferenceItem.closed_as.set(closed_as)], _DifferenceItem.pk.exists()))


def differences(day: str, position: str | None, limit: int) -> tuple[list[DifferenceView], str | None]:
    start = {"pk": {"S": _DIFFERENCES + day}, "sk": {"S": position}} if position else None
    query = _DifferenceItem.query(_DIFFERENCES + day, consistent_read=True, limit=limit + 1, last_evaluated_key=start)
    found, following = cut(list(query), limit)
    return [_difference(item) for item in found], following


def open_lines(name: str, day: date) -> Iterator[OpenLine]:
    """Of days up to this one, and not closed by another day's run."""
    oldest = (day - LOOKED_BACK).isoformat()
    for item in _OpenItem.query(_OPEN + name, consistent_read=True):
        if oldest <= item.day <= day.isoformat() and item.closed_on in ("", day.isoformat()):
            line = msgspec.json.decode(item.line, type=StatementLine)
            yield OpenLine(line, item.ours, item.day, item.case_id, item.found_on, item.closed_on)


def keep_open(name: str, one: OpenLine, at: datetime) -> None:
    """As it stands now; one that another day's run has closed stays closed."""
    item = _OpenItem(
        _OPEN + name,
        one.id,
        line=msgspec.json.encode(one.line).decode(),
        ours=one.ours,
        day=one.day,
        case_id=one.case_id,
        found_on=one.found_on,
        closed_on="",
        expires_at_seconds=int((at + _KEPT_OPEN).timestamp()),
    )
    made(lambda: item.save(absent() | (_OpenItem.closed_on == "")))


def close_open(name: str, one: OpenLine, day: str) -> None:
    item = _OpenItem(_OPEN + name, one.id)
    made(lambda: item.update([_OpenItem.closed_on.set(day)], _OpenItem.pk.exists()))


def _ask(together: TransactWrite, day: str, at: datetime) -> None:
    """Both at once: what a report says of itself, and what the next turn looks for."""
    asked_at = clock.written(at)
    together.update(_ReportItem(_REPORTS, day), [_ReportItem.asked_at.set(asked_at)])
    together.save(_ReportItem(_ASKED, day, asked_at=asked_at))


def _told(finding: Finding, side: Side) -> DifferenceView:
    ours, theirs = finding.ours, finding.theirs
    stated = theirs or finding.line
    return DifferenceView(
        id=finding.id,
        outcome=finding.outcome,
        side=side,
        name=stated.name,
        currency=stated.currency,
        our_id=finding.our_id or stated.our_id,
        reference=stated.reference,
        expected=ours.amount if ours else None,
        stated=theirs.amount if theirs else None,
        difference=finding.difference,
        booked_at=clock.written(stated.booked_at),
        line=stated.number,
        case_id="",
        closed_as="",
    )


def _difference(item: _DifferenceItem) -> DifferenceView:
    told = msgspec.json.decode(item.told, type=DifferenceView)
    return msgspec.structs.replace(told, case_id=item.case_id, closed_as=item.closed_as)


def _report(item: _ReportItem) -> ReportView:
    asked_at, ran_at = item.asked_at or "", item.ran_at or ""
    if item.report is None:
        return ReportView(item.sk, "asked", asked_at, "", False, 0)
    told = msgspec.json.decode(item.report, type=ReportView)
    return msgspec.structs.replace(
        told, status="asked" if asked_at > ran_at else "done", asked_at=asked_at, ran_at=ran_at
    )


def _address(statement: Statement) -> str:
    return f"{_STATEMENT}{statement.side}#{statement.name}#{statement.sha256}"


def _statement(item: _StatementItem) -> Statement:
    return Statement(
        sha256=item.sk.rpartition("#")[2],
        side=msgspec.convert(item.side, Side),
        name=item.name,
        form=msgspec.convert(item.form, Form),
        day=item.day,
        bytes=int(item.bytes),
        imported_at=clock.read(item.imported_at),
        imported_by=item.imported_by,
    )


def _place(kept: Statement) -> dict[str, str]:
    return {"Bucket": settings().statements_bucket, "Key": kept.place}


def _checksum(kept: Statement) -> str:
    return base64.b64encode(bytes.fromhex(kept.sha256)).decode()
