"""Red packets as drafts: funded into escrow, opened share by share, and what is left given back.

sent:      sender − escrow +   the packet; who it is for; its seed decides every share
opened:    escrow − person +   one share, once for each share and each person; no head of packet or escrow is written
left over: escrow − sender +   the shares that nobody has, many at once, each taken as a person would take it
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidState
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, consents, crediting
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.model import Change, Draft, Due, Entry, Known, Movement, Party, Spend
from chalicelib.policy import service as policy
from chalicelib.transfers import model_packets as model
from chalicelib.transfers import moving, splitting
from chalicelib.transfers import store_packets as store
from chalicelib.transfers.model_packets import ClaimView, PacketSentView
from chalicelib.transfers.splitting import Split
from chalicelib.transfers.store import DUE

Packet = Mapping[str, Any]
"""A packet's movement as the ledger keeps it; only what never changes is taken from it."""


@dataclass(frozen=True, slots=True)
class Wish:
    wallet: str
    amount: int
    currency: str
    split: Split
    shares: int
    greeting: str
    people: frozenset[str]
    """Whose it may be, where it is for somebody by name."""
    seed: bytes
    key: RequestKey

    @property
    def id(self) -> str:
        return self.key.movement_id("rpk")

    @property
    def link(self) -> str:
        return "" if self.people else ids.derived("lnk", self.seed.hex())[4:]


class Places:
    """Which shares somebody has, as far as anybody has looked: none is ever free again."""

    def __init__(self, packet: Packet, order: Sequence[int]) -> None:
        self._packet, self._order = packet["pk"], order
        self._taken: set[int] = set()
        self._wallets: set[str] = set()
        self._stale = True

    def learn(self, place: int) -> None:
        """Somebody was faster: others have been, perhaps."""
        self._taken.add(place)
        self._stale = True

    def has(self, wallet: str) -> bool:
        """Whether one of them is theirs."""
        self._look()
        return wallet in self._wallets

    def free(self) -> list[int]:
        self._look()
        return [place for place in self._order if place not in self._taken]

    def _look(self) -> None:
        if self._stale:
            seen = store.taken(self._packet)
            self._taken.update(seen)
            self._wallets.update(one["wallet"] for one in seen.values() if "wallet" in one)
            self._stale = False


def sending(customer: Customer, wish: Wish, at: datetime, known: Known) -> Draft:
    """The tier is the token's until the head has shown another."""
    head = known.get(wish.wallet)
    person = replace(customer, tier=head.tier) if head else customer
    decision = policy.decide(person, "transfer", wish.amount, at)
    limits, floor = decision.limits, head.floor if head else 0
    spend = Spend(
        person.user_id, person.epoch, person.tier, limits.day, limits.month, limits.year, lifts=decision.lifted
    )
    guarded = person.guarded and decision.guardian
    return Draft(
        movement=_packet(person, wish, at),
        changes=(Change(wish.wallet, wish.currency, available=-wish.amount, spend=spend, floor=floor),),
        entry=Entry(
            movement=wish.id,
            kind="red-packet",
            currency=wish.currency,
            at=at,
            postings={wish.wallet: -wish.amount, chart.escrow(wish.currency): wish.amount},
            text=wish.greeting,
            parties={wish.wallet: Party(person.user_id, "")},
        ),
        legs=(store.for_people(wish.id, wish.people),) if wish.people else (),
        last_legs=(consents.using(consent_of(person, wish, at), at),) if guarded else (),
        refusal=moving.forbidden(person, decision, wish.currency, at),
    )


def consent_of(customer: Customer, wish: Wish, at: datetime) -> Consent:
    """What a guardian must have agreed to, under the very key of the packet, which says for whom it is."""
    return Consent(
        id=wish.key.movement_id("apr"),
        owner=customer.user_id,
        account=wish.wallet,
        payee=wish.id,
        payee_name="",
        amount=wish.amount,
        currency=wish.currency,
        created_at=at,
    )


def opening(customer: Customer, packet: Packet, places: Places, key: RequestKey, at: datetime, known: Known) -> Draft:
    """A share that is still free; with the person's own wallet as it must be to act: theirs, active, not revoked."""
    wallet, currency, free = chart.wallet_of(customer.user_id, packet["currency"]), packet["currency"], places.free()
    place = free[0] if free else 0
    amount = shares_of(packet)[place]
    head = known.get(wallet)
    tier = head.tier if head else customer.tier
    change, credited = crediting.credit(wallet, currency, amount, known)
    spend = Spend(customer.user_id, customer.epoch, tier, 0, 0, 0, counts=False)
    claim = _claim(customer, packet, amount, key, at)
    facts: dict[str, str | int] = {"wallet": wallet, "name": customer.name, "amount": amount}
    facts |= {"at": clock.written(at), "claim": claim.id}
    return Draft(
        movement=claim,
        changes=(replace(change, spend=spend),),
        entry=Entry(
            movement=claim.id,
            kind="red-packet-claim",
            currency=currency,
            at=at,
            postings=credited | {chart.escrow(currency): -amount},
            text=_greeting(packet),
            parties={wallet: Party(customer.user_id, packet["from_name"])},
        ),
        legs=(store.opening(packet["pk"], wallet, claim.id), store.taking(packet["pk"], place, facts, places.learn)),
        refusal=_closed(packet, free, places.has(wallet), at),
    )


def giving_back(packet: Packet, places: Iterable[int], learn: Places, at: datetime, known: Known) -> Draft:
    """These shares to whoever sent them, as any credit comes; one that somebody took meanwhile is theirs."""
    chosen, worth = list(places), shares_of(packet)
    amount, currency, account = sum(worth[one] for one in chosen), packet["currency"], packet["account"]
    change, credited = crediting.credit(account, currency, amount, known)
    made = Movement(
        id=ids.derived("rpr", packet["pk"], *map(str, chosen)),
        kind="red-packet-return",
        account=account,
        amount=amount,
        currency=currency,
        state="succeeded",
        at=at,
        facts={"owner": packet["owner"], "packet": packet["pk"]},
    )
    return Draft(
        movement=made,
        changes=(change,),
        entry=Entry(
            movement=made.id,
            kind="red-packet-return",
            currency=currency,
            at=at,
            postings=credited | {chart.escrow(currency): -amount},
            text=_greeting(packet),
            parties={account: Party(packet["owner"], "")},
        ),
        legs=tuple(store.taking(packet["pk"], one, {"amount": worth[one]}, learn.learn) for one in chosen),
    )


def shares_of(packet: Packet) -> tuple[int, ...]:
    return splitting.shares(packet["split"], packet["amount"], packet["shares"], bytes.fromhex(packet["seed"]))


def _closed(packet: Packet, free: Sequence[int], has_one: bool, at: datetime) -> InvalidState | None:
    """What is past changing: time, and shares that are somebody's."""
    if has_one:
        return InvalidState(state="already-claimed")
    if at >= model.expires_at(packet):
        return InvalidState(state="expired")
    return None if free else InvalidState(state="all-claimed")


def _greeting(packet: Packet) -> str:
    return str(json.loads(packet["answer"]).get("greeting", ""))


def _packet(customer: Customer, wish: Wish, at: datetime) -> Movement:
    answer = PacketSentView(
        id=wish.id,
        status="open",
        split=wish.split,
        amount=wish.amount,
        currency=wish.currency,
        shares=wish.shares,
        created_at=clock.written(at),
        expires_at=clock.written(at + model.LASTS),
        greeting=wish.greeting,
        link=wish.link,
    )
    return Movement(
        id=wish.id,
        kind="red-packet",
        account=wish.wallet,
        amount=wish.amount,
        currency=wish.currency,
        state="open",
        at=at,
        fingerprint=wish.key.fingerprint,
        receipt=Receipt(201, msgspec.json.encode(answer).decode()),
        due=Due(DUE, at + model.LASTS),
        facts={
            "owner": customer.user_id,
            "from_name": customer.name,
            "split": wish.split,
            "shares": wish.shares,
            "seed": wish.seed.hex(),
        },
    )


def _claim(customer: Customer, packet: Packet, amount: int, key: RequestKey, at: datetime) -> Movement:
    answer = ClaimView(
        id=key.movement_id("rpc"),
        red_packet_id=packet["pk"],
        status="claimed",
        amount=amount,
        currency=packet["currency"],
        name=packet["from_name"],
        created_at=clock.written(at),
        greeting=_greeting(packet),
    )
    return Movement(
        id=answer.id,
        kind="red-packet-claim",
        account=chart.wallet_of(customer.user_id, packet["currency"]),
        amount=amount,
        currency=packet["currency"],
        state="succeeded",
        at=at,
        fingerprint=key.fingerprint,
        receipt=Receipt(201, msgspec.json.encode(answer).decode()),
        facts={"owner": customer.user_id, "packet": packet["pk"]},
    )
