"""Consents in the table `identity`: put once, never changed.

<user>        CONSENT#<id> what a person said of one version of a document, and when; stays when all else is erased
"""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.identity.model_consents import Consent
from chalicelib.identity.store import UserItem
from chalicelib.kernel import clock

_CONSENT = "CONSENT#"


class _ConsentItem(UserItem):
    document = UnicodeAttribute()
    version = UnicodeAttribute()
    given = BooleanAttribute()
    at = UnicodeAttribute()


def put(consent: Consent) -> None:
    consent_item(consent).keep_new()


def consent_item(consent: Consent) -> UserItem:
    return _ConsentItem(
        consent.user_id,
        _CONSENT + consent.id,
        document=consent.document,
        version=consent.version,
        given=consent.given,
        at=clock.written(consent.at),
    )


def newest(user_id: str, position: str | None, limit: int) -> tuple[list[Consent], str | None]:
    found, following = _ConsentItem.newest(user_id, _CONSENT, position, limit)
    return [_consent(item) for item in found], following


def everything(user_id: str) -> list[Consent]:
    """Oldest first."""
    found = _ConsentItem.query(user_id, _ConsentItem.sk.startswith(_CONSENT), consistent_read=True)
    return [_consent(item) for item in found]


def _consent(item: _ConsentItem) -> Consent:
    return Consent(
        id=item.sk.removeprefix(_CONSENT),
        user_id=item.pk,
        document=item.document,
        version=item.version,
        given=item.given,
        at=clock.read(item.at),
    )
