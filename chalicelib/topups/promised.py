"""The bonus that a top-up was promised: by it comes, and with it goes what is left of the bonus.

Whoever hears of a top-up does not read whether there is a bonus: that there is none is a condition, and where it fails
the old movement tells which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.ledger.model import Leg
from chalicelib.ledger.write import Update
from chalicelib.rewards import bonus_lots

BONUS = "bonus"
"""The fact of a top-up's movement that names the lot it was promised."""


class Promised:
    """The lot that a top-up was promised, as far as its movement has told."""

    def __init__(self) -> None:
        self._key, self._owner = "", ""
        self._gone = False

    def require(self, update: Update) -> None:
        """Which lot it is, or that there is none, is as it is known."""
        if self._key:
            update.require(BONUS, "=", self._key)
        else:
            update.require_absent(BONUS)

    def learn(self, movement: Mapping[str, Any]) -> bool:
        """Whether it told anything new."""
        told = str(movement.get(BONUS, ""))
        news, self._key, self._owner = told != self._key, told, str(movement.get("owner", ""))
        return news

    def coming(self) -> tuple[Leg, ...]:
        """It is good from now on; nothing of one that was passed on, since the top-up had failed before."""
        return (bonus_lots.turning(self._owner, self._key, "waiting", "good", self._lose),) if self._is_there else ()

    def going(self) -> tuple[Leg, ...]:
        """What is left is not good any more, whether all of the top-up is reversed or a part; what it paid stays."""
        return (bonus_lots.turning(self._owner, self._key, "good", "taken-back", self._lose),) if self._is_there else ()

    @property
    def _is_there(self) -> bool:
        return bool(self._key) and not self._gone

    def _lose(self) -> None:
        self._gone = True
