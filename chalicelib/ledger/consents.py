"""Consents: what somebody beside the owner must agree to before a movement; asked, then given or declined, used once.

A movement that needs one uses it up in its own transaction: no read decides, and none is used twice. It is under the
id that follows from the movement's key, so the same request under the same key finds it, and no other does. With the
`authority` it was asked under, the movement can be made without its owner once the consent is given.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import queues
from chalicelib.kernel import backoff, clock, ids
from chalicelib.kernel.errors import (
    CardApprovalRequired,
    CofferError,
    GuardianApprovalRequired,
    IdempotencyKeyReused,
    InvalidState,
    NotFound,
    Unavailable,
)
from chalicelib.ledger import model, store
from chalicelib.ledger.items import CONSENT
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings

State = Literal["asked", "approved", "declined", "used", "expired"]
LASTS = timedelta(hours=24)
"""From when it was asked for, and once more from when it was given."""
SOON = timedelta(seconds=30)
"""How long the queue may take before the sweep tells whoever decides."""
_UNTOLD, _GIVEN = model.due_key("consent", 0), model.due_key("given", 0)
_TRIES = 8
_FACTS = ("owner", "account", "payee", "amount", "currency")
_OF_A_CARD = ("decider", "asker", "card")
_WHOSE = ("decider", "card")
"""Whose yes it is and which money it is about, of a card: nobody else's takes its place under the same key."""


@dataclass(frozen=True, slots=True)
class Consent:
    id: str
    owner: str
    account: str
    payee: str
    payee_name: str
    amount: int
    currency: str
    created_at: datetime
    state: State = "asked"
    expires_at: datetime | None = None
    authority: str = ""
    """What makes the movement once this is given, as its room wrote it down; nothing where its owner asks again."""
    decider: str = ""
    """Who is asked; their guardian where nobody is named."""
    asker: str = ""
    """Who asks, masked, where it is not the decider's ward."""
    card: str = ""
    """The family card that is to pay."""

    @property
    def given_at(self) -> datetime:
        """Of one that was."""
        return self.ends_at - LASTS

    @property
    def ends_at(self) -> datetime:
        return self.expires_at or self.created_at + LASTS

    def state_at(self, at: datetime) -> State:
        """Nobody writes down that it expired."""
        return "expired" if self.state in ("asked", "approved") and self.ends_at <= at else self.state

    def required(self, state: State) -> GuardianApprovalRequired:
        """What refuses without it; `state`: how it stands."""
        kind = CardApprovalRequired if self.card else GuardianApprovalRequired
        return kind(approval_id=self.id, state=state)


def ask(consent: Consent) -> None:
    """Once for each id; whoever decides is told at once, by the sweep if the queue is away."""
    asked = {
        "pk": consent.id,
        "sk": CONSENT,
        **{name: getattr(consent, name) for name in (*_FACTS, "payee_name", "state")},
        **{name: told for name in _OF_A_CARD if (told := getattr(consent, name))},
        "created_at": clock.written(consent.created_at),
        "expires_at": clock.written(consent.ends_at),
        "due_key": _UNTOLD,
        "due_at": clock.written(consent.created_at + SOON),
    }
    if store.put_new(asked | ({"authority": consent.authority} if consent.authority else {})) is None:
        _tell_soon(consent.id)


def waits(consent: Consent, at: datetime) -> State | None:
    """How the very same stands, while its owner has nothing to do; otherwise None. It decides nothing."""
    wired = store.consent(consent.id)
    kept = _consent(wired) if wired else None
    if wired is None or kept is None or not _same(kept, consent):
        return None
    state = kept.state_at(at)
    made_for_them = state == "approved" and plain_item(wired).get("due_key") == _GIVEN
    return state if state == "asked" or made_for_them else None


def using(consent: Consent, at: datetime) -> Leg:
    """Approved → used, inside the movement's transaction. Refuses with GuardianApprovalRequired (and how it stands)."""
    update = Update(settings().ledger_table, consent.id, CONSENT)
    update.assign("state", "used").remove("due_key", "due_at")
    update.require("state", "=", "approved").require("expires_at", ">", clock.written(at))
    for name in _FACTS:
        update.require(name, "=", getattr(consent, name))
    for name in _WHOSE:
        told = getattr(consent, name)
        update.require(name, "=", told) if told else update.require_absent(name)

    def explain(wired: Item | None) -> Verdict:
        kept = _consent(wired) if wired else consent
        if not _same(kept, consent):
            return IdempotencyKeyReused()
        state = kept.state_at(at)
        return Changed() if state == "approved" else consent.required(state)

    return Leg(update.written(), explain)


def decide(consent: Consent, state: Literal["approved", "declined"], at: datetime, *proof: Leg) -> Consent:
    """Asked → approved or declined, if `proof` (conditions of the caller's own room) holds.

    Raises what `proof` says, or InvalidState with how it stands.
    """
    expires_at = at + LASTS if state == "approved" else consent.ends_at
    update = Update(settings().ledger_table, consent.id, CONSENT)
    update.assign("state", state).assign("expires_at", clock.written(expires_at))
    update.require("state", "=", "asked").require("expires_at", ">", clock.written(at))
    if state == "approved" and consent.authority:
        update.assign("due_key", _GIVEN).assign("due_at", clock.written(at))

    def explain(wired: Item | None) -> Verdict:
        return InvalidState(state=_consent(wired).state_at(at)) if wired else NotFound()

    _insist((*proof, Leg(update.written(), explain)))
    return replace(consent, state=state, expires_at=expires_at)


def told(consent: Consent) -> None:
    """Nobody has to be told of it any more."""
    _no_longer(_UNTOLD, consent)


def untold(at: datetime) -> list[str]:
    """Ids of those nobody was told of; candidates only."""
    return store.due(_UNTOLD, clock.written(at), limit=100)


def given(at: datetime) -> list[str]:
    """Ids of those that were given and whose movement is still to be made; candidates only."""
    return store.due(_GIVEN, clock.written(at), limit=100)


def over(consent: Consent) -> None:
    """Nobody makes its movement without its owner any more."""
    _no_longer(_GIVEN, consent)


def found(consent_id: str) -> Consent:
    """Raises NotFound."""
    if not ids.is_id(consent_id, "apr"):
        raise NotFound()
    wired = store.consent(consent_id)
    if wired is None:
        raise NotFound()
    return _consent(wired)


def all_of(consent_ids: Sequence[str]) -> list[Consent]:
    """Those that exist, in the order of `consent_ids`."""
    kept = {consent.id: consent for consent in map(_consent, store.movements(consent_ids, CONSENT))}
    return [kept[one] for one in consent_ids if one in kept]


def _no_longer(due_key: str, consent: Consent) -> None:
    """What is due by now for another reason stays due."""
    update = Update(settings().ledger_table, consent.id, CONSENT).remove("due_key", "due_at")
    store.update(update.require("due_key", "=", due_key).written())


def _tell_soon(consent_id: str) -> None:
    try:
        queues.send(settings().notices_queue_url, [{"MessageBody": json.dumps({"approval": consent_id})}])
    except (BotoCoreError, ClientError, Unavailable):
        return  # it is due: the sweep tells


def _same(one: Consent, other: Consent) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in (*_FACTS, *_WHOSE))


def _insist(legs: Sequence[Leg]) -> None:
    """All of them, again with jitter while somebody else has an item; raises what the first that fails says."""
    for attempt in range(_TRIES):
        reasons = store.transact([leg.write for leg in legs])
        if not reasons:
            return
        if not any(reason.code in store.CONFLICTS for reason in reasons):
            failed = [
                (leg, reason) for leg, reason in zip(legs, reasons, strict=True) if reason.code == store.CONDITION
            ]
            said = [leg.explain(reason.item) for leg, reason in failed]
            raise next(verdict for verdict in said if isinstance(verdict, CofferError))
        backoff.wait(attempt)
    raise Unavailable(retry_after_seconds=1)


def _consent(wired: Item) -> Consent:
    plain: dict[str, Any] = plain_item(wired)
    return Consent(
        id=plain["pk"],
        payee_name=plain["payee_name"],
        created_at=clock.read(plain["created_at"]),
        state=cast(State, plain["state"]),
        expires_at=clock.read(plain["expires_at"]),
        authority=plain.get("authority", ""),
        **{name: plain.get(name, "") for name in _OF_A_CARD},
        **{name: plain[name] for name in _FACTS},
    )
