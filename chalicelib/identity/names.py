"""Login names: one canonical form for each mailbox or telephone, or a refusal.

Whoever types a name differently (case, width, composition, spaces in a number) means the same account. Names that only
look alike are refused: an address's local part is ASCII, a domain's other letters are Chinese (RFC 5891, UTS #39).
Messages go to the canonical form, never to what was typed.
"""

from __future__ import annotations

import re
import unicodedata

from chalicelib.kernel.errors import InvalidRequest

MAX_LENGTH = 254
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PHONE = re.compile(r"\+[0-9][0-9 ().-]{5,30}")


def canonical(identifier: str) -> str:
    """A lower-case address with an ASCII domain, or an E.164 number. Raises InvalidRequest."""
    if len(identifier) > MAX_LENGTH:
        raise _refused()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", identifier).casefold()).strip()
    return _email(folded) if "@" in folded else _phone(folded)


def masked(identifier: str) -> str:
    """Enough of a canonical name for its owner to recognise it."""
    local, at, domain = identifier.rpartition("@")
    if at:
        return f"{local[0]}***@{domain}"
    return f"{identifier[:3]}{'*' * (len(identifier) - 5)}{identifier[-2:]}"


def _email(folded: str) -> str:
    local, _, domain = folded.rpartition("@")
    if len(local) > 64 or not _LOCAL.fullmatch(local):
        raise _refused()
    ascii_domain = _domain(domain)
    if len(local) + 1 + len(ascii_domain) > MAX_LENGTH:
        raise _refused()
    return f"{local}@{ascii_domain}"


def _domain(typed: str) -> str:
    import idna

    try:
        ascii_form = idna.encode(typed, uts46=True, std3_rules=True).decode()
        shown = idna.decode(ascii_form)
    except UnicodeError as error:
        raise _refused() from error
    labels = shown.split(".")
    if len(labels) < 2 or not all(_unmistakable(label) for label in labels) or labels[-1].isdigit():
        raise _refused()
    return ascii_form.lower()


def _unmistakable(label: str) -> bool:
    return all(letter.isascii() or unicodedata.name(letter, "").startswith("CJK UNIFIED") for letter in label)


def _phone(folded: str) -> str:
    import phonenumbers

    if not _PHONE.fullmatch(folded):
        raise _refused()
    try:
        number = phonenumbers.parse(folded, None)
    except phonenumbers.NumberParseException as error:
        raise _refused() from error
    if not phonenumbers.is_valid_number(number):
        raise _refused()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _refused() -> InvalidRequest:
    return InvalidRequest(param="identifier")
