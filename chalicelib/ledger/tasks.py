"""The stream of the journal is the outbox: fan-out gives every entry to those who wait for it.

A record that cannot be read is parked for a person; any other failure fails the whole batch, which comes again.
Consumers may see entries late, twice or out of order.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.ledger import chart, closing, folding
from chalicelib.ledger.wire import plain_item
from chalicelib.observability import page
from chalicelib.settings import settings

MOST_LINES = 90
_TOLD_AT_ONCE, _NOTICED_AT_ONCE = 10, 2
"""Entries of one message. Each is some reads and writes more, of a notice perhaps an e-mail too."""
_TOLD_OF = 40
_REWARDED = frozenset({"payment", "capture", "refund", "void", "top-up", "top-up-reversal"})
_NEEDED = frozenset({"id", "movement", "kind", "currency", "postings", "pk", "sk"})


def fan_out(event: Mapping[str, Any]) -> int:
    """Stream records in, messages out; returns how many entries were given on."""
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for record in event["Records"]:
        if record["eventName"] != "INSERT":
            continue
        entry = _read(record)
        if entry is None:
            _park(record)
        else:
            entries[entry["pk"], entry["sk"]] = entry
    found = list(entries.values())
    queues.send(settings().settlement_queue_url, _settlements(found))
    queues.send(settings().fold_queue_url, _folds(found))
    queues.send(settings().events_queue_url, _told(found))
    queues.send(settings().points_queue_url, _rewarded(found))
    queues.send(settings().happened_queue_url, _happened(found))
    queues.send(settings().risk_queue_url, _scored(found))
    queues.send(settings().notices_queue_url, _noticed(found))
    return len(found)


def fold(event: dict[str, Any]) -> dict[str, Any]:
    """Messages: {"entries": [{"id", "movement", "postings", "kind", "currency", "sk"}]}."""
    return queues.consume(event, _fold)


def journal_changed(event: Mapping[str, Any]) -> int:
    """The journal is append-only: a MODIFY or REMOVE in its stream pages someone."""
    for record in event["Records"]:
        keys = plain_item(record["dynamodb"]["Keys"])
        page("JournalChanged", change=record["eventName"], account=keys["pk"], entry_at=keys["sk"])
    return len(event["Records"])


def close_due(at: datetime) -> int:
    return closing.close_due(at)


def _fold(body: str) -> int:
    return folding.fold(json.loads(body)["entries"])


def _read(record: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        entry = plain_item(record["dynamodb"]["NewImage"])
    except (KeyError, ValueError, TypeError):
        return None
    return entry if entry.keys() >= _NEEDED else None


def _settlements(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """One message per merchant account and up to 90 lines; its group is the account. `since`: of its oldest entry."""
    lines: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    since: dict[tuple[str, str], str] = {}
    for entry in entries:
        if "line" in entry:
            whose = entry["line"]["account"], entry["currency"]
            lines[whose].append(entry["line"])
            since[whose] = min(since.get(whose, entry["sk"]), entry["sk"])
    messages = []
    for (account, currency), found in lines.items():
        for start in range(0, len(found), MOST_LINES):
            told = {"account": account, "currency": currency, "since": since[account, currency]}
            body = told | {"lines": found[start : start + MOST_LINES]}
            messages.append(_ordered(account, body))
    return messages


def _ordered(account: str, body: Mapping[str, Any]) -> dict[str, str]:
    named = " ".join(line["movement"] for line in body["lines"])
    return {
        "MessageBody": json.dumps(body),
        "MessageGroupId": account,
        "MessageDeduplicationId": hashlib.sha256(named.encode()).hexdigest(),
    }


def _folds(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Whatever is in a total or counted, one of two copies."""
    names = ("id", "movement", "postings", "kind", "currency", "sk")
    waiting = {one["id"]: {name: one[name] for name in names} for one in entries if folding.is_folded(one)}
    return _messages("entries", list(waiting.values()), folding.BATCH)


def _told(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What merchants are told of: only which entry it is, nothing of who paid."""
    names = ("id", "movement", "kind", "payee", "sk")
    waiting = [{name: entry[name] for name in names} for entry in entries if "payee" in entry]
    return _messages("entries", waiting, _TOLD_AT_ONCE)


def _rewarded(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What may bring points or take them back: the copy of whoever paid, topped up or got money back."""
    names = ("id", "movement", "kind", "currency", "postings", "owner", "payee", "sk")
    waiting = {one["id"]: one for one in entries if "owner" in one and one["kind"] in _REWARDED}
    kept = [{name: entry[name] for name in names if name in entry} for entry in waiting.values()]
    return _messages("entries", kept, _TOLD_AT_ONCE)


def _noticed(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return _messages("entry", [one for one in entries if "owner" in one], _NOTICED_AT_ONCE)


def _happened(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """All of them, without what somebody wrote or is called."""
    names = ("id", "movement", "kind", "currency", "postings", "owner", "payee", "line", "pk", "sk")
    kept = [{name: entry[name] for name in names if name in entry} for entry in entries]
    return _messages("entries", kept, _TOLD_OF)


def _scored(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """What may be fraud: the copies of people's money, without what somebody wrote or is called."""
    names = ("id", "movement", "kind", "currency", "postings", "owner", "payee", "pk", "sk")
    waiting = [one for one in entries if "owner" in one and chart.is_money(one["currency"])]
    kept = [{name: entry[name] for name in names if name in entry} for entry in waiting]
    return _messages("entries", kept, _TOLD_OF)


def _messages(name: str, waiting: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, str]]:
    starts = range(0, len(waiting), most)
    return [{"MessageBody": json.dumps({name: waiting[start : start + most]})} for start in starts]


def _park(record: Mapping[str, Any]) -> None:
    """Keys only: what it carries may be personal."""
    kept = {"eventID": record.get("eventID"), "Keys": record.get("dynamodb", {}).get("Keys")}
    queues.send(settings().parked_queue_url, [{"MessageBody": json.dumps(kept)}])
