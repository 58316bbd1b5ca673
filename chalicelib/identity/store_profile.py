"""Overwriting what a person said of themselves, on condition that nobody else did meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

Changes = Callable[[User], Mapping[str, str]]
"""What is to be overwritten of a person as they are now; raises a refusal where that may not be."""
_DEPENDS = {"ui_mode": ("guardian",), "switched_off": ("second_contact",)}
"""What the rules of a field look at beside it: it must not change meanwhile either."""


def overwriting(transaction: TransactWrite, user_id: str, changes: Changes) -> tuple[User, Mapping[str, str]]:
    """Writes what changes into the transaction; the person as they were before, and what. Raises NotFound."""
    found = PersonItem.find(user_id, "USER")
    before = store.living(found)
    if found is None or before is None:
        raise NotFound()
    wanted = changes(before)
    kept = store.as_kept(user_id, wanted)
    actions: list[Action] = [getattr(PersonItem, name).set(text) for name, text in kept.items()]
    looked_at = [*kept, *(other for name in kept for other in _DEPENDS.get(name, ()))]
    unchanged = [_is_still(getattr(PersonItem, name), getattr(found, name)) for name in looked_at]
    transaction.update(PersonItem(user_id, "USER"), actions, reduce(and_, [store.is_living(), *unchanged]))
    return before, wanted


def _is_still(attribute: UnicodeAttribute, text: str | None) -> Condition:
    condition: Condition = attribute.does_not_exist() if text is None else attribute == text
    return condition
