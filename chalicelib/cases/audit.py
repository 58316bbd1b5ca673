"""Writing down who did what, reading it, and giving it to an auditor in a form that shows whether it was changed."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from chalicelib.cases import model_audit, sealing, store_audit
from chalicelib.cases.model_audit import AuditEntry, AuditView, ExportRequest, Facts, Wanted
from chalicelib.kernel import clock, ids, origin
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InternalError, InvalidRequest
from chalicelib.observability import page

_LOOKED_AT = 2_000
"""The most entries that one page of the list goes through."""


def written(who: str, what: str, whom: str, why: str, at: datetime, source_address: str, facts: Facts) -> None:
    """One more entry, sealed so that none of it can be changed unnoticed."""
    network = model_audit.network(source_address or origin.source_address())
    entry = AuditEntry(ids.new("aud", at), at, who, what, whom, network, facts)
    store_audit.put(entry, sealing.sealed(entry.id, entry.bound, why))


def listed(wanted: Wanted, position: str | None, limit: int) -> tuple[list[AuditView], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    found: list[AuditView] = []
    last = position
    for looked_at, (entry, sealed) in enumerate(store_audit.entries(wanted, position)):
        if looked_at == _LOOKED_AT or (len(found) == limit and wanted.matches(entry)):
            return found, last
        if wanted.matches(entry):
            found.append(_view(entry, sealed))
        last = store_audit.position(entry)
    return found, None


def after(since: datetime, until: datetime, position: str | None, limit: int) -> tuple[list[AuditEntry], str | None]:
    """Entries of `since` ≤ time < `until`, oldest first, from `position` on, unopened; and the position of the next
    page, None at the end."""
    first = since if position is None else clock.read(position.partition("#")[0])
    every = (entry for entry, _ in store_audit.entries(Wanted(first, until), None, newest_first=False))
    fresh = (entry for entry in every if position is None or store_audit.position(entry) > position)
    page = list(islice(fresh, limit))
    return page, store_audit.position(page[-1]) if len(page) == limit else None


def entry(entry_id: str, at: datetime) -> AuditView | None:
    """One entry by its id and time, with what somebody wrote as the reason."""
    found = store_audit.entry(entry_id, at)
    return _view(*found) if found else None


def exported(by: Operator, wish: ExportRequest, at: datetime) -> str:
    """The entries of a period, oldest first, each chained to the one before; the log has the last link before anybody.

    Raises InvalidRequest.
    """
    from chalicelib.cases import exports

    wanted = model_audit.wanted(wish.since, wish.until, wish.actor, wish.subject, wish.action, at)
    if wanted.until > at - model_audit.WRITTEN_WITHIN:
        raise InvalidRequest(param="to")
    found: list[AuditView] = []
    for entry, sealed in store_audit.entries(wanted, None, newest_first=False):
        if wanted.matches(entry):
            if len(found) == model_audit.MOST_EXPORTED:
                raise InvalidRequest(param="from", reason="too-many-entries", maximum=model_audit.MOST_EXPORTED)
            found.append(_view(entry, sealed))
    text, digest = exports.chained(found, wanted, wish.format)
    period = {"from": clock.written(wanted.since), "to": clock.written(wanted.until)}
    facts: Facts = {**period, "format": wish.format, "entries": len(found), "digest": digest}
    written(by.user_id, "audit-log.export", "audit-log", "", at, by.source_address, facts)
    return text


def _view(entry: AuditEntry, sealed: str) -> AuditView:
    """Whoever changed an entry is found out here, and somebody is called."""
    try:
        return entry.view(sealing.opened(entry.id, entry.bound, sealed))
    except InternalError:
        page("AuditEntryChanged", entry=entry.id)
        return entry.view(None)
