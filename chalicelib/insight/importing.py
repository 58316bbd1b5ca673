"""Outside files, in the order a person would tell it: declare one, upload it, wait until it is read, ask by it."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.insight import model_imports, store_imports, store_lake
from chalicelib.insight.model_imports import Import, ImportView, NewImport, QualityView, RefusedFileView
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound, Unavailable

_RACES = 4


def declared(by: Operator, wish: NewImport, at: datetime) -> ImportView:
    """Raises InvalidRequest."""
    new = model_imports.made(ids.new("imp", at), wish, by.user_id, at)
    cases.audit(
        by.user_id, "report.import", new.id, "", at, source_address=by.source_address, name=wish.name,
        digest=wish.sha256,
    )  # fmt: skip
    store_imports.add(new)
    return new.view(is_used=False, upload=store_imports.upload(new, at))


def listed(position: str | None, limit: int) -> tuple[list[ImportView], str | None]:
    """Newest first; a page may be short."""
    found, following = store_imports.newest(position, limit)
    there = [one for one in found if one.deleted_at is None]
    used = store_imports.used_ids([one.wish.name for one in there])
    return [one.view(one.id in used) for one in there], following


def one(import_id: str) -> ImportView:
    """Raises NotFound."""
    found = _there(import_id)
    return found.view(found.id in store_imports.used_ids([found.wish.name]))


def remove(by: Operator, import_id: str, at: datetime) -> None:
    """Reports mean the one before it again, if there is one that is ready. Raises NotFound."""
    _there(import_id)
    cases.audit(by.user_id, "report.remove-import", import_id, "", at, source_address=by.source_address)
    for _ in range(_RACES):
        seen = _there(import_id)
        if store_imports.stop_using(seen, model_imports.deleted(seen, at)):
            return
    raise Unavailable(retry_after_seconds=1)


def _there(import_id: str) -> Import:
    found = store_imports.one(import_id) if ids.is_id(import_id, "imp") else None
    if found is None or found.deleted_at is not None:
        raise NotFound()
    return found


def read_waiting(at: datetime) -> int:
    """Files that have come; and what was deleted long ago goes. How many."""
    return queues.sweep("imports", store_imports.due(at), lambda import_id: _turn(import_id, at))


def _turn(import_id: str, at: datetime) -> bool:
    seen = store_imports.one(import_id)
    if seen is None or not seen.is_due(at):
        return False
    if seen.deleted_at is not None:
        return _gone(seen)
    if not store_imports.is_there(seen):
        late = model_imports.refused(seen, RefusedFileView("not-uploaded"), at)
        now = late if seen.is_late(at) else model_imports.postponed(seen, at)
        return store_imports.swap(seen, now) is not None and now is late
    if seen.tries >= model_imports.MOST_TRIES:
        return _refused(seen, RefusedFileView("broken"), at)
    begun = store_imports.swap(seen, model_imports.begun(seen, at))
    return begun is not None and _read(begun, at)


def _gone(seen: Import) -> bool:
    store_lake.remove([seen.raw, seen.table])
    store_imports.forget(seen)
    return True


def _refused(seen: Import, why: RefusedFileView, at: datetime, quality: QualityView | None = None) -> bool:
    if store_imports.swap(seen, model_imports.refused(seen, why, at, quality)) is None:
        return False
    store_lake.remove([seen.raw])
    return True


def _read(begun: Import, at: datetime) -> bool:
    """The file as it was uploaded goes once it is known what came of it: it may tell more than was asked for."""
    from chalicelib.insight import reading

    try:
        found = reading.read(begun)
    except reading.Overtaken:
        return False
    if found.refused:
        return _refused(found.seen, found.refused, at, found.quality)
    if not store_imports.use(found.seen, model_imports.ready(found.seen, found.quality, at)):
        return False
    store_lake.remove([begun.raw])
    return True
