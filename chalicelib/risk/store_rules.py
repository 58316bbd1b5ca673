"""What operators made of the rules, and what people said of the scores they gave, in the table `cases`."""

from __future__ import annotations

from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, made
from chalicelib.risk.model_rules import Change, Labels
from chalicelib.risk.model_scores import Label

_RULES = "RISK#RULES"


class _RuleItem(Table):
    setting = "cases_table"
    change = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    fraud = NumberAttribute(null=True)
    legitimate = NumberAttribute(null=True)
    unsure = NumberAttribute(null=True)


def all_rules() -> dict[str, tuple[Change | None, Labels]]:
    """By name, those that were changed or whose scores were labelled."""
    return {item.sk: _read(item) for item in _RuleItem.query(_RULES, consistent_read=True)}


def changes() -> dict[str, Change]:
    return {name: change for name, (change, _) in all_rules().items() if change}


def change(name: str, now: Change) -> bool:
    """False if somebody else changed it meanwhile; not if this very change is there, whose answer was lost."""
    item = _RuleItem(_RULES, name)
    actions: list[Action] = [
        _RuleItem.change.set(msgspec.json.encode(now).decode()),
        _RuleItem.version.set(now.version),
    ]
    before = now.version - 1
    seen = _RuleItem.version == before if before else _RuleItem.version.does_not_exist()
    return made(lambda: item.update(actions, seen)) or changes().get(name) == now


def labelling(transaction: TransactWrite, name: str, label: Label) -> None:
    """Part of the transaction in which a person decides about a score."""
    counted: Any = {"fraud": _RuleItem.fraud, "legitimate": _RuleItem.legitimate, "unsure": _RuleItem.unsure}[label]
    transaction.update(_RuleItem(_RULES, name), [counted.add(1)])


def relabelling(transaction: TransactWrite, name: str, label: Label) -> None:
    """Part of that in which a second person takes back that it was fraud."""
    counted: Any = {"legitimate": _RuleItem.legitimate, "unsure": _RuleItem.unsure}[label]
    transaction.update(_RuleItem(_RULES, name), [_RuleItem.fraud.add(-1), counted.add(1)])


def _read(item: _RuleItem) -> tuple[Change | None, Labels]:
    change = msgspec.json.decode(item.change, type=Change) if item.change else None
    return change, Labels(int(item.fraud or 0), int(item.legitimate or 0), int(item.unsure or 0))
