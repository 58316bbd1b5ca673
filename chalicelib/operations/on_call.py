"""The rota: who is on call, from when until when, and who after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from chalicelib.cases import service as cases
from chalicelib.identity import operators
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidRequest, NotFound
from chalicelib.operations import model_on_call, store_pages
from chalicelib.operations.model_on_call import GapView, NewShift, OnCallView, Shift, ShiftView

_AT_ONCE = 100
_LOOKED_AT = 500
"""More shifts than a rota has in a year."""


def added(by: Operator, wish: NewShift, at: datetime) -> Shift:
    """Raises InvalidRequest: over already, longer than 31 days, no operator, or somebody is first then already."""
    shift = model_on_call.shift(ids.new("sft", at), wish, at)
    if not operators.is_one(shift.person_id):
        raise InvalidRequest(param="person_id")
    model_on_call.require_alone(shift, _rota(at))
    _audit(by, "shift.add", shift, at)
    store_pages.add(shift, by.user_id)
    return shift


def removed(by: Operator, shift_id: str, at: datetime) -> None:
    """Raises NotFound: no such shift, or it is over."""
    shift = next((one for one in _rota(at) if one.id == shift_id), None)
    if shift is None:
        raise NotFound()
    _audit(by, "shift.remove", shift, at)
    store_pages.remove(shift)


def listed(at: datetime, position: str | None, limit: int) -> tuple[list[ShiftView], str | None]:
    """What is not over yet, the first to end first, of whoever left too: somebody takes it away.

    And the position of the next page, None at the end.
    """
    found, following = store_pages.shifts(at, position, limit)
    return [_shown(one, at) for one in found], following


def looked_at(at: datetime) -> OnCallView:
    """Who is on call, who is next, when nobody is, and which pages wait; whoever is no operator any more is nobody."""
    rota, until = _of(roster(), _rota(at)), at + model_on_call.LOOKED_AHEAD
    following, gaps = model_on_call.following(rota, at), model_on_call.gaps(rota, at, until)
    return OnCallView(
        clock.written(at),
        tuple(model_on_call.on_call(rota, at)),
        following.view(at) if following else None,
        tuple(GapView(clock.written(since), clock.written(to)) for since, to in gaps),
        tuple(one.waiting for one in store_pages.waiting()),
    )


def now(at: datetime, there: Mapping[str, str]) -> list[str]:
    """Who of the operators `there` is on call, in the order in which they are paged."""
    return model_on_call.on_call(_of(there, _rota(at)), at)


def roster() -> dict[str, str]:
    """Every operator → their role."""
    found, position = operators.listed(None, _AT_ONCE)
    while position:
        more, position = operators.listed(position, _AT_ONCE)
        found += more
    return {one.user_id: one.role for one in found}


def _of(there: Mapping[str, str], shifts: Iterable[Shift]) -> list[Shift]:
    return [one for one in shifts if one.person_id in there]


def _shown(shift: Shift, at: datetime) -> ShiftView:
    view = shift.view(at)
    is_so = view.on_call and operators.is_one(shift.person_id)
    return msgspec.structs.replace(view, on_call=is_so)


def _rota(at: datetime) -> list[Shift]:
    return store_pages.shifts(at, None, _LOOKED_AT)[0]


def _audit(by: Operator, deed: str, shift: Shift, at: datetime) -> None:
    source, whom = by.source_address, shift.person_id
    cases.audit(by.user_id, deed, whom, "", at, source_address=source, order=shift.order, shift=shift.id)
