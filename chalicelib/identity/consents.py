"""What people agree to: documents in dated versions (`documents.json`), and a record of every yes and no."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from chalicelib.identity import model_consents, store_consents
from chalicelib.identity.model_consents import Agreements, Consent, ConsentRequest, Document
from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidRequest, NotFound


def documents(at: datetime) -> list[Document]:
    """What is in force."""
    return model_consents.in_force(every_version(), at)


def say(user_id: str, wish: ConsentRequest, at: datetime) -> Consent:
    """A yes is to what is in force, a no to any version there was. Raises NotFound for any other."""
    known = documents(at) if wish.given else every_version()
    if wish.document not in {one.document for one in known}:
        raise NotFound(param="document")
    if (wish.document, wish.version) not in {(one.document, one.version) for one in known}:
        raise NotFound(param="version")
    consent = Consent(ids.new("cns", at), user_id, wish.document, wish.version, wish.given, at)
    store_consents.put(consent)
    return consent


def signable(agreed: Agreements, at: datetime) -> Agreements:
    """Each once, and to what is in force. Raises InvalidRequest."""
    known = {(one.document, one.version) for one in documents(at)}
    asked = [(one.document, one.version) for one in agreed]
    if len(set(asked)) < len(asked) or not known.issuperset(asked):
        raise InvalidRequest(param="consents")
    return agreed


def signed(user_id: str, agreed: Agreements, at: datetime) -> list[Consent]:
    """What somebody has said who is there from now on; to be kept with them."""
    return [Consent(ids.new("cns", at), user_id, one.document, one.version, True, at) for one in agreed]


def listed(user_id: str, position: str | None, limit: int) -> tuple[list[Consent], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    return store_consents.newest(user_id, position, limit)


def everything(user_id: str) -> list[Consent]:
    return store_consents.everything(user_id)


@cache
def every_version() -> tuple[Document, ...]:
    raw = (Path(__file__).parent / "documents.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Document, ...])
