"""Overwriting what a person said of themselves, on condition that nobody else did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import and_

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.identity import store
from chalicelib.identity.model import User
from chalicelib.identity.store import PersonItem
from chalicelib.kernel.errors import NotFound


def overwriting(transaction: TransactWrite, user_id: str, changes: Mapping[str, str]) -> User:
    """Writes `changes` into the transaction; the person as they were before. Raises NotFound."""
    found = PersonItem.find(user_id, "USER")
    before = store.living(found)
    if found is None or before is None:
        raise NotFound()
    kept = store.as_kept(user_id, changes)
    actions: list[Action] = [getattr(PersonItem, name).set(text) for name, text in kept.items()]
    unchanged = [_is_still(getattr(PersonItem, name), getattr(found, name)) for name in kept]
    transaction.update(PersonItem(user_id, "USER"), actions, reduce(and_, [store.is_living(), *unchanged]))
    return before


def _is_still(attribute: UnicodeAttribute, text: str | None) -> Condition:
    condition: Condition = attribute.does_not_exist() if text is None else attribute == text
    return condition
