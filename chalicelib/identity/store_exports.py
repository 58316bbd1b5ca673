"""Archives: where they stand, in the table `identity`, and themselves, in the bucket of exports for seven days.

<user>        EXPORT#<id>  an archive that was asked for
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib import cloud
from chalicelib.cloud_tables import made
from chalicelib.identity import store_due
from chalicelib.identity.model_exports import ASKED_AGAIN, KEPT, LINK_SECONDS, Export, Status, sha256
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock
from chalicelib.settings import settings

_EXPORT, _DUE = "EXPORT#", "export"
_FILE_NAME = 'attachment; filename="coffer-archive.zip"'


class _ExportItem(DueItem):
    status = UnicodeAttribute()
    asked_at = UnicodeAttribute()
    logins = UnicodeAttribute(null=True)
    """Marks, a space between."""
    tries = NumberAttribute()
    ready_at = UnicodeAttribute(null=True)
    bytes = NumberAttribute(null=True)
    sha256 = UnicodeAttribute(null=True)
    expires_at_seconds = NumberAttribute()


def put(export: Export) -> None:
    _ExportItem(
        *_key(export.user_id, export.id),
        status=export.status,
        asked_at=clock.written(export.asked_at),
        logins=" ".join(export.logins) or None,
        tries=0,
        expires_at_seconds=int((export.asked_at + 2 * KEPT).timestamp()),
        due_key=store_due.key(_DUE, export.user_id),
        due_at=clock.written(export.asked_at),
    ).keep_new()


def find(user_id: str, export_id: str) -> Export | None:
    found = _ExportItem.find(*_key(user_id, export_id))
    return _export(found) if found else None


def newest(user_id: str, position: str | None, limit: int) -> tuple[list[Export], str | None]:
    """Newest first, whether its time is over or not."""
    found, following = _ExportItem.newest(user_id, _EXPORT, position, limit)
    return [_export(item) for item in found], following


def due(at: datetime) -> list[tuple[str, str]]:
    """User and export."""
    return [(user_id, position.removeprefix(_EXPORT)) for user_id, position in store_due.due(_DUE, at)]


def begin(user_id: str, export_id: str, at: datetime) -> Export | None:
    """One more try, and for a while nobody else's; None if it is not due any more."""
    item = _ExportItem(*_key(user_id, export_id))
    actions: list[Action] = [_ExportItem.tries.add(1), _ExportItem.due_at.set(clock.written(at + ASKED_AGAIN))]
    return _export(item) if made(lambda: item.update(actions, _ExportItem.due_at <= clock.written(at))) else None


def ready(export: Export, content: bytes, at: datetime) -> None:
    """It stays due until its owner is told."""
    actions: list[Action] = [
        _ExportItem.status.set("ready"),
        _ExportItem.ready_at.set(clock.written(at)),
        _ExportItem.bytes.set(len(content)),
        _ExportItem.sha256.set(sha256(content)),
        _ExportItem.expires_at_seconds.set(int((at + KEPT).timestamp())),
    ]
    made(lambda: _item(export).update(actions, _ExportItem.status == "pending"))


def done(export: Export) -> None:
    _item(export).update([_ExportItem.due_key.remove(), _ExportItem.due_at.remove()], _ExportItem.pk.exists())


def fail(export: Export) -> None:
    actions: list[Action] = [
        _ExportItem.status.set("failed"),
        _ExportItem.due_key.remove(),
        _ExportItem.due_at.remove(),
    ]
    made(lambda: _item(export).update(actions, _ExportItem.status == "pending"))


def keep_archive(export: Export, content: bytes) -> None:
    """The bucket encrypts what it is given (SSE-KMS)."""
    cloud.client("s3").put_object(
        Bucket=settings().exports_bucket, Key=export.place, Body=content, ContentType="application/zip"
    )


def link(export: Export) -> str:
    """Signed for five minutes; made without a call."""
    place = {"Bucket": settings().exports_bucket, "Key": export.place, "ResponseContentDisposition": _FILE_NAME}
    url: str = cloud.client("s3").generate_presigned_url("get_object", Params=place, ExpiresIn=LINK_SECONDS)
    return url


def _key(user_id: str, export_id: str) -> tuple[str, str]:
    return user_id, _EXPORT + export_id


def _item(export: Export) -> _ExportItem:
    return _ExportItem(*_key(export.user_id, export.id))


def _status(kept: str) -> Status:
    return "ready" if kept == "ready" else "failed" if kept == "failed" else "pending"


def _export(item: _ExportItem) -> Export:
    return Export(
        id=item.sk.removeprefix(_EXPORT),
        user_id=item.pk,
        status=_status(item.status),
        asked_at=clock.read(item.asked_at),
        logins=tuple((item.logins or "").split()),
        tries=int(item.tries),
        ready_at=clock.read(item.ready_at) if item.ready_at else None,
        bytes=int(item.bytes or 0),
        sha256=item.sha256 or "",
    )
