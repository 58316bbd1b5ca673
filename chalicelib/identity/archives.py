"""What goes into an archive: profile, consents, funding methods; of each wallet statements by month and receipts;
of each prepaid card what happened on it; and what rooms above have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.identity import above, consents, funding
from chalicelib.identity.model import User
from chalicelib.kernel import clock
from chalicelib.ledger import cards, history, model, views
from chalicelib.ledger import service as ledger
from chalicelib.ledger.cards import Card
from chalicelib.ledger.history import Statement

_AT_ONCE = 100
_OF_AN_ENTRY = ("id", "kind", "movement", "sk", "postings")
_OF_A_RECEIPT = ("pk", "kind", "state", "amount", "currency", "created_at", "payee", "payment")


def files(user: User, logins: tuple[str, ...], at: datetime) -> dict[str, bytes]:
    """Name → content; `logins` are the marks of their names."""
    found = {"profile.json": _written(_profile(user))}
    found["consents.json"] = _written([one.view for one in consents.everything(user.id)])
    found["funding_methods.json"] = _written([one.view for one in funding.every(user.id)])
    found |= {name: _written(content) for name, content in above.told(user.id, logins).items()}
    for wallet in user.wallets:
        found |= _of_wallet(wallet, user, at)
    for card in cards.several(cards.listed(user.id).ids):
        found |= _of_card(card)
    return found


def _profile(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "identifier": user.identifier,
        "display_name": user.display_name,
        "locale": user.locale,
        "jurisdiction": user.jurisdiction,
        "tier": user.tier,
        "wallets": user.wallets,
        "created_at": clock.written(user.created_at),
    }


def _of_wallet(wallet: str, user: User, at: datetime) -> dict[str, bytes]:
    head, movements = ledger.head(wallet), set[str]()
    found: dict[str, bytes] = {}
    for statement in _statements(wallet, user.created_at, at):
        view = views.statement(head, statement)
        name = f"statements/{wallet}/{view.month}"
        found |= {f"{name}.json": _written(view), f"{name}.csv": views.statement_csv(view).encode()}
        movements |= {entry.movement_id for entry in view.entries}
    return found | {f"receipts/{wallet}.json": _written(_receipts(sorted(movements)))}


def _of_card(card: Card) -> dict[str, bytes]:
    """What it holds, all that happened on it, and the receipts of that."""
    holds = {name: head.available for name, head in cards.heads([card.id, card.bonus]).items()}
    entries = list(history.between(card.id, history.BEGINNING, "9"))
    told = {name: getattr(card, name) for name in ("id", "merchant_id", "merchant_name", "currency", "created_at")}
    told |= {"principal": holds[card.id], "bonus": holds[card.bonus]}
    movements = sorted({entry["movement"] for entry in entries})
    shown = [{name: entry[name] for name in _OF_AN_ENTRY} for entry in entries]
    name, receipts = f"cards/{card.id}", _written(_receipts(movements))
    return {
        f"{name}.json": _written(told | {"entries": shown}),
        f"{name}/receipts.json": receipts,
    }


def _statements(wallet: str, since: datetime, until: datetime) -> Iterator[Statement]:
    """Of the months in which something happened."""
    month = since
    while month <= until:
        statement = history.statement(wallet, month)
        if statement.entries:
            yield statement
        month = model.month_after(month)


def _receipts(movements: list[str]) -> list[dict[str, Any]]:
    """What was paid, given back and topped up; of a payment also the answer that its payer was given."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(movements), _AT_ONCE):
        found += [_receipt(one) for one in ledger.movements(movements[start : start + _AT_ONCE])]
    return sorted(found, key=lambda receipt: (receipt["created_at"], receipt["id"]))


def _receipt(movement: dict[str, Any]) -> dict[str, Any]:
    receipt = {name: movement[name] for name in _OF_A_RECEIPT if name in movement}
    if movement["kind"] == "payment" and movement.get("answer"):
        receipt["answer"] = msgspec.Raw(movement["answer"].encode())
    return {"id": receipt.pop("pk"), **receipt}


def _written(content: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"
