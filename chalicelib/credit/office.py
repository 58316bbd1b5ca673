"""Credit for operators: what somebody has of it, and giving up what will not come back."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.credit import paying_back, store
from chalicelib.credit.collecting import CASE
from chalicelib.credit.model_views import CreditView, InstalmentPlanView, plan_view
from chalicelib.credit.paying_back import Seen
from chalicelib.credit.store import Kept
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known


def seen(person_id: str, at: datetime) -> CreditView:
    """Nothing of whoever has no line. Raises NotFound of what is nobody's id."""
    lines = store.lines_of(_person(person_id))
    plans = [plan_view(one, at) for line in lines for one in store.plans(line.account)]
    return CreditView(person_id, sum(one.limit for one in lines), sum(one.owed for one in plans), plans)


def write_off(by: Operator, person_id: str, plan_id: str, reason: str, at: datetime) -> InstalmentPlanView:
    """Of an overdue plan, for good: its principal is the house's loss. Raises NotFound, SecondPersonRequired (it is
    their own), InvalidState."""
    found = Seen(_plan(_person(person_id), plan_id))
    by.require_other(person_id)
    since = str(_overdue(found.kept, at).next_due_on)
    cases.audit(by.user_id, "credit.write-off", plan_id, reason, at, source_address=by.source_address)

    def build(at: datetime, known: Known) -> Draft:
        _overdue(found.kept, at)
        return paying_back.loss(found, ids.derived("wof", plan_id), at)

    ledger.commit(build, at)
    cases.close(CASE, plan_id, "written-off", key=since)
    return plan_view(_plan(person_id, plan_id), at)


def _overdue(kept: Kept, at: datetime) -> InstalmentPlanView:
    """Raises InvalidState: what is not overdue is not given up."""
    found = plan_view(kept, at)
    if found.status != "overdue":
        raise InvalidState(state=found.status)
    return found


def _person(person_id: str) -> str:
    if not ids.is_id(person_id, "usr"):
        raise NotFound()
    return person_id


def _plan(person_id: str, plan_id: str) -> Kept:
    if ids.is_id(plan_id, "pln"):
        for line in store.lines_of(person_id):
            if found := store.plan(line.account, plan_id):
                return found
    raise NotFound()
