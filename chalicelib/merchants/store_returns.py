"""What a merchant's returns are signed with, in the table `merchants`, sealed for it."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.merchants import signing
from chalicelib.merchants.model_returns import ReturnSecret

_RETURN = "RETURN"


class _ReturnItem(Table):
    setting = "merchants_table"
    secret = UnicodeAttribute()
    created_at = UnicodeAttribute()
    old_secrets = UnicodeAttribute(null=True)


def find(merchant_id: str) -> ReturnSecret | None:
    item = _ReturnItem.find(merchant_id, _RETURN)
    if item is None:
        return None
    old = vault.opened(merchant_id, "old_secrets", item.old_secrets) if item.old_secrets else ""
    secret = vault.opened(merchant_id, "secret", item.secret)
    return ReturnSecret(merchant_id, secret, clock.read(item.created_at), signing.read(old))


def put(new: ReturnSecret, before: ReturnSecret | None) -> bool:
    """In the place of `before`; False, and no effect, if somebody else has made one meanwhile."""
    still: Condition = _ReturnItem.created_at == clock.written(before.created_at) if before else absent()
    item = _ReturnItem(
        new.merchant_id,
        _RETURN,
        secret=vault.seal(new.merchant_id, "secret", new.secret),
        created_at=clock.written(new.created_at),
        old_secrets=vault.seal(new.merchant_id, "old_secrets", signing.written(new.old)) if new.old else None,
    )
    now = None if made(lambda: item.save(still)) else find(new.merchant_id)
    return now is None or now.secret == new.secret
