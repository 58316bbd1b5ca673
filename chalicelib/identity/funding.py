"""A person's funding methods: kept here, and opened or shut in the ledger, which decides whether money may leave.

Adding the same again finds what is there, and its cooling-off goes on. It begins when the ledger opens it: whoever goes
on after somebody died in the middle has it before them. Removing one is for good: it may be a thief's, and adding it
again takes a step-up and the cooling-off.
"""

from __future__ import annotations

from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cases import service as cases
from chalicelib.identity import secrets, service, store_funding, telling
from chalicelib.identity.model_funding import COOLING, MOST, FundingMethod, Kind
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.ledger import funding as ledger
from chalicelib.ledger.funding import Funding
from chalicelib.notices.model import Params
from chalicelib.observability import count


def add(user_id: str, processor: str, kind: Kind, destination: str, at: datetime) -> FundingMethod:
    """Its owner is told. Raises NotFound; InvalidState if there are too many."""
    mark = secrets.mark("funding", user_id, processor, destination)
    wanted = FundingMethod(ids.derived("fnd", user_id, mark), user_id, processor, kind, destination, at)
    others = [one for one in store_funding.every(user_id) if one.id != wanted.id]
    if len(others) >= MOST:
        raise InvalidState(state="too-many")
    cases.audit(user_id, "access.funding_method_added", user_id, "", at, method=wanted.id)
    kept = store_funding.put(wanted)
    if kept != wanted and not ledger.is_open(kept.id):
        kept = store_funding.renew(kept, at)
    ledger.open_for(Funding(kept.id, user_id, processor, clock.written(kept.usable_at)))
    _tell(kept, "funding_method_added", kept.created_at)
    return kept


def every(user_id: str) -> list[FundingMethod]:
    """Newest first."""
    return store_funding.every(user_id)


def find(user_id: str, method_id: str) -> FundingMethod | None:
    return store_funding.find(user_id, method_id)


def remove(user_id: str, method_id: str, at: datetime) -> None:
    """Shut first, so that no money leaves for what is not there. Raises NotFound."""
    found = store_funding.find(user_id, method_id) if ids.is_id(method_id, "fnd") else None
    if found is None:
        raise NotFound()
    cases.audit(user_id, "access.funding_method_removed", user_id, "", at, method=method_id)
    ledger.shut(method_id, user_id)
    _tell(found, "funding_method_removed", at)
    store_funding.remove(found)


def _tell(method: FundingMethod, kind: str, at: datetime) -> None:
    """Once for the same `at`. While the post is away, the inbox has it."""
    told: Params = {"time": clock.written(at), "hours": int(COOLING.total_seconds() // 3600)}
    try:
        telling.tell(service.profile(method.user_id), kind, told, at, once=method.id)
    except (BotoCoreError, ClientError):
        count("OwnerNotTold")
