"""What people can begin here, and what therefore may rest for a while: the words of maintenance."""

from __future__ import annotations

from dataclasses import dataclass

CAPABILITIES = ("payments", "top-ups", "transfers", "withdrawals", "payouts", "sign-ups")
EVERYTHING = "everything"
OF_A_PROCESSOR = ("top-ups",)
"""What may rest at one processor alone."""


@dataclass(frozen=True, slots=True)
class Begins:
    """`receipt`: under which kind of id a request's key is kept, so that one that was begun before is let through.

    `waits`: whether maintenance makes it wait; what only ends what was begun goes on.
    """

    capability: str
    receipt: str = ""
    waits: bool = True

    def __post_init__(self) -> None:
        if self.capability not in CAPABILITIES:
            raise ValueError(f"{self.capability} is none of {CAPABILITIES}")
