"""Who works at a merchant, for rooms that let nobody decide about a shop of their own."""

from __future__ import annotations

from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import SecondPersonRequired


def check_stranger(by: Operator, merchant_id: str) -> None:
    """Raises SecondPersonRequired where this operator works there, in whatever role."""
    if works_at(by.user_id, merchant_id):
        raise SecondPersonRequired()


def works_at(user_id: str, merchant_id: str) -> bool:
    """Whether a role there is theirs now. Imported for whoever asks: most of what loads this room does not."""
    from chalicelib.merchants import store_staff

    return store_staff.works_at(user_id, merchant_id)
