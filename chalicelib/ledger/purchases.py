"""Probable duplicates: what makes two payments look alike. Eight slots on a head remember the last ones."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from chalicelib.kernel import ids

DUPLICATE_SLOTS = 8


@dataclass(frozen=True, slots=True)
class Purchase:
    """What makes two payments look alike: same wallet, payee and amount, within the window."""

    payee: str
    amount: int
    movement: str
    window_seconds: int
    confirmed: bool = False

    @property
    def _digest(self) -> bytes:
        return _likeness(self.payee, self.amount)

    @property
    def slot(self) -> str:
        return f"p{self._digest[0] % DUPLICATE_SLOTS}"

    def mark(self, at: datetime) -> bytes:
        return self._since(at) + ids.packed(self.movement)

    def looks_alike(self, at: datetime) -> tuple[bytes, bytes]:
        """Marks from the first to the second, both included, are probable duplicates."""
        window = self._digest[1:7] + (int(at.timestamp()) - self.window_seconds).to_bytes(5, "big")
        return window, self._digest[1:7] + b"\xff" * 21

    def _since(self, at: datetime) -> bytes:
        return self._digest[1:7] + int(at.timestamp()).to_bytes(5, "big")


@lru_cache(maxsize=16)
def _likeness(payee: str, amount: int) -> bytes:
    return hashlib.sha256(f"{payee} {amount}".encode()).digest()
