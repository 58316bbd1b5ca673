"""What rooms above may ask about people whom they have to do with: who a name is, and whether they still stand.

Whether a name is known never shows: known and unknown take the same AWS calls and get the same answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.identity import codes, names, secrets, service, store, store_sessions, throttle, vault
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import origin
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidToken, NotFound, WalletFrozen
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params

_NAMED = (Limit("invited-hour", 5, timedelta(hours=1)), Limit("invited-day", 20, timedelta(days=1)))
"""Messages to one name; the codes that its owner wants are counted apart."""
_INVITING = (Limit("inviting-hour", 60, timedelta(hours=1)), Limit("inviting-day", 300, timedelta(days=1)))
"""By one merchant."""
TILLS_FROM_AN_ADDRESS = (Limit("tills-from-hour", 240, timedelta(hours=1), told=True),)
"""Every till of a shop is behind one address, and all of them open in the same minutes."""
TILLS_OF_A_PERSON = (Limit("tills-hour", 20, timedelta(hours=1)), Limit("tills-day", 60, timedelta(days=1)))
"""Whatever role or merchant they name, theirs or not: names of either are not to be tried out."""
TILLS_OF_A_MERCHANT = (Limit("tills-at-hour", 2_000, timedelta(hours=1)),)
"""By people of its own only: strangers use up nothing of a merchant's."""


def admit(inviter: str, contact: str, source_address: str, at: datetime) -> None:
    """Counts one more invitation. Raises TooManyRequests."""
    vault.ready()
    throttle.check(throttle.CODES_FROM_AN_ADDRESS, source_address, at)
    throttle.check(_INVITING, inviter, at)
    throttle.check(_NAMED, secrets.login(contact), at)


def admit_to_tills(person: Customer, source_address: str, at: datetime) -> None:
    """Counts one more try to begin a session, whatever comes of it. Raises TooManyRequests."""
    throttle.check(TILLS_FROM_AN_ADDRESS, origin.network(source_address), at)
    throttle.check(TILLS_OF_A_PERSON, person.user_id, at)


def admit_to_tills_of(merchant_id: str, at: datetime) -> None:
    """Counts one more session of one of its staff. Raises TooManyRequests."""
    throttle.check(TILLS_OF_A_MERCHANT, merchant_id, at)


def invite(contact: str, subject: str, lasts: timedelta, kind: str, told: Params, language: str, at: datetime) -> None:
    """A code for `subject`, sent to whoever has this canonical name, in their language if they are known."""
    code = codes.made("staff", subject, at, lasts)
    known = store.user_named(secrets.login(contact))
    written: Params = {**told, "code": code, "days": lasts.days}
    spoken, phrase = (known.locale, known.phrase) if known else (language, "")
    notices.send(contact, spoken, kind, written, at, phrase=phrase)


def mark(contact: str) -> str:
    """The keyed hash that a canonical name is known by."""
    return secrets.login(contact)


def marks_of(user_id: str) -> tuple[str, ...]:
    """Of every name that is proved to be theirs. Raises NotFound."""
    return tuple(secrets.login(contact) for contact in service.profile(user_id).contacts)


def is_name_of(user_id: str, contact: str) -> bool:
    """Whether it is proved to be theirs; no name is of whoever is not there."""
    try:
        return mark(contact) in marks_of(user_id)
    except NotFound:
        return False


def canonical(typed: str) -> str:
    """Raises InvalidRequest."""
    return names.canonical(typed)


def masked(contact: str) -> str:
    return names.masked(contact)


def since(person: Customer, at: datetime) -> str:
    """What their sessions begin under now. Raises InvalidToken if theirs is over, WalletFrozen.

    The session is looked at last: if all were ended before the marker was read, it was among them.
    """
    marker, _ = store_sessions.standing(person.user_id)
    service.going_on(person, at)
    head = ledger.head(person.wallet_ids[0])
    if head.status != "active":
        raise WalletFrozen(reason=head.reason)
    return marker


def is_there(user_id: str) -> bool:
    """Whether their account is, and is not deleted."""
    return store_sessions.standing(user_id)[1]


def mode(user_id: str) -> str:
    """Of the app, as they chose it: standard, easy or social; "" of nobody who is there."""
    return store_sessions.mode(user_id)


def check_standing(user_id: str, began_under: str, wallet: str) -> None:
    """Raises InvalidToken once they reset their password, ended every session or deleted their account; and while
    their wallet is frozen."""
    marker, living = store_sessions.standing(user_id)
    if not living or marker != began_under or ledger.head(wallet).status != "active":
        raise InvalidToken()
