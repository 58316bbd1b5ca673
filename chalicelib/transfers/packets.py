"""Red packets, in the order a person would tell it: send one, open it, look who has what; the rest goes back."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any

from chalicelib.identity import payee_checks
from chalicelib.kernel import clock, entropy, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InvalidOrExpired,
    InvalidRequest,
    InvalidState,
    NotFound,
    StepUpRequired,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, consents
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft
from chalicelib.transfers import model as transfers
from chalicelib.transfers import model_packets as model
from chalicelib.transfers import packing, splitting
from chalicelib.transfers import store_packets as store
from chalicelib.transfers.model_packets import ClaimRequest, PacketRequest, PacketView
from chalicelib.transfers.packing import Places, Wish

_NOT_YET = (CoolingOff, GuardianApprovalRequired, NotFound, StepUpRequired)
"""Nothing is stored of them: the same key sends once they are over, and one that has sent is told so."""
_AT_ONCE = 40
"""Shares that go back in one transaction."""


def send(customer: Customer, request: PacketRequest, key: RequestKey, at: datetime) -> Receipt:
    """All of it into escrow, at once. Raises or stores every refusal of `ledger.commit`; of `_NOT_YET` nothing.

    Raises InvalidRequest (shares, greeting, payee_checks), CurrencyMismatch, AmountOutOfRange, InvalidOrExpired.
    """
    money.check_currency(request.currency)
    money.check_amount(request.amount)
    wallet = chart.wallet_of(customer.user_id, request.currency)
    if wallet not in customer.wallet_ids:
        raise CurrencyMismatch(param="currency")
    try:
        people = _people(customer, request, at)
        shares = _shares(request, people)
        greeting = transfers.tidy_note(request.greeting, "greeting")
        seed = entropy.token(splitting.SEED_BYTES)
        chosen = (request.amount, request.currency, request.split, shares, greeting, people, seed)
        wish = Wish(wallet, *chosen, key)
        return ledger.commit(lambda at, known: packing.sending(customer, wish, at, known), at, key)
    except (*_NOT_YET, InvalidOrExpired) as refusal:
        if first := ledger.answered(key.movement_id("rpk"), key):
            return first
        if isinstance(refusal, GuardianApprovalRequired):
            consents.ask(packing.consent_of(customer, wish, at))
        raise


def claim(customer: Customer, packet_id: str, request: ClaimRequest, key: RequestKey, at: datetime) -> Receipt:
    """One share, once for each person. Raises NotFound (also of whom it is not for), CurrencyMismatch.

    Raises or stores InvalidState: already-claimed, all-claimed, expired, own-packet.
    """
    packet = _packet(packet_id)
    if not _is_for(customer, packet, request.link):
        raise NotFound()
    wallet = chart.wallet_of(customer.user_id, packet["currency"])
    if wallet not in customer.wallet_ids:
        raise CurrencyMismatch()
    if wallet == packet["account"]:
        raise InvalidState(state="own-packet")
    places = Places(packet, splitting.order(packet["shares"], key.movement_id("rpc").encode()))
    return ledger.commit(lambda at, known: packing.opening(customer, packet, places, key, at, known), at, key)


def packet(customer: Customer, packet_id: str, link: str, at: datetime) -> PacketView:
    """Raises NotFound, of whom it is not for."""
    found = _packet(packet_id)
    wallet = chart.wallet_of(customer.user_id, found["currency"])
    taken = list(store.taken(packet_id).values())
    mine = found["account"] == wallet or any(one.get("wallet") == wallet for one in taken)
    if not mine and not _is_for(customer, found, link):
        raise NotFound()
    return model.view(found, taken, wallet, at)


def end(packet_id: str, at: datetime) -> bool:
    """What nobody has opened in its time goes back, some shares at a time; cut off anywhere, it goes on from there."""
    found = _packet(packet_id)
    if found["state"] != "open" or found["due_at"] > clock.written(at):
        return False
    places = Places(found, range(found["shares"]))
    while free := places.free()[:_AT_ONCE]:
        try:
            _give_back(found, free, places, at)
        except _Overtaken:
            continue
    try:
        ledger.commit(lambda at, known: Draft(None, (), None, legs=(store.ended(packet_id),)), at)
    except InvalidState:
        return False
    return True


class _Overtaken(Exception):
    """Somebody has opened one of the shares in this very moment."""


def _give_back(found: dict[str, Any], chosen: list[int], places: Places, at: datetime) -> None:
    def build(at: datetime, known: Any) -> Draft:
        if places.free()[: len(chosen)] != chosen:
            raise _Overtaken
        return packing.giving_back(found, chosen, places, at, known)

    ledger.commit(build, at)


def _people(customer: Customer, request: PacketRequest, at: datetime) -> frozenset[str]:
    """Whom the checks are of. Raises InvalidOrExpired, InvalidRequest (no account, oneself), CurrencyMismatch."""
    found = set[str]()
    for written in request.payee_checks:
        check = payee_checks.read(customer, written, "payee_checks")
        if check.exp <= at.timestamp():
            raise InvalidOrExpired(param="payee_checks")
        if check.invites:
            raise InvalidRequest(param="payee_checks")
        if check.currency != request.currency:
            raise CurrencyMismatch(param="currency")
        found.add(check.payee_owner)
    return frozenset(found)


def _shares(request: PacketRequest, people: frozenset[str]) -> int:
    most = len(people) or model.MOST_SHARES
    shares = (len(people) or 1) if request.shares is None else request.shares
    if not 1 <= shares <= most:
        raise InvalidRequest(param="shares")
    if request.amount < shares:
        raise AmountOutOfRange(param="amount", minimum=shares)
    return shares


def _is_for(customer: Customer, found: dict[str, Any], link: str) -> bool:
    """Of one for people by name the link is nothing, and whoever sent it has it before them anyhow."""
    wanted = json.loads(found["answer"]).get("link", "")
    if wanted:
        return found["owner"] == customer.user_id or hmac.compare_digest(wanted.encode(), link.encode())
    return found["owner"] == customer.user_id or customer.user_id in store.people_of(found["pk"])


def _packet(packet_id: str) -> dict[str, Any]:
    if not ids.is_id(packet_id, "rpk"):
        raise NotFound()
    return ledger.movement(packet_id)
