"""The table `identity`: people and their names. Names are looked up by keyed hash.

LOGIN#<mark>  LOGIN        whose name it is
<user>        USER         the person

What else there is, each in the store of its subject: sign-ups in `store_sign_ups`, sessions in `store_sessions`.
"""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import vault
from chalicelib.identity.model import User
from chalicelib.kernel import clock

_PERSONAL = ("identifier", "display_name", "last_seen_from")


class UserItem(Table):
    """The base of every item under a user: `pk` is whose it is, `sk` begins with its kind.

    What is personal in it is sealed (`vault`) for `pk`, under the attribute's name.
    """

    setting = "identity_table"


class LoginItem(Table):
    setting = "identity_table"
    user_id = UnicodeAttribute()


class PersonItem(UserItem):
    identifier = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    display_name = UnicodeAttribute()
    locale = UnicodeAttribute()
    jurisdiction = UnicodeAttribute()
    tier = NumberAttribute()
    role = UnicodeAttribute()
    wallets = UnicodeAttribute()
    """Ids, separated by a space."""
    created_at = UnicodeAttribute()
    totp_on = NumberAttribute(null=True)
    passkeys = NumberAttribute(null=True)
    pin_on = NumberAttribute(null=True)
    cooling_until = NumberAttribute(null=True)
    devices = UnicodeAttribute(null=True)
    """Marks, separated by a space."""
    last_seen_from = UnicodeAttribute(null=True)


def user_id_of(login: str) -> str | None:
    """Whose name `login` (its mark) is."""
    found = LoginItem.find(f"LOGIN#{login}", "LOGIN")
    return found.user_id if found else None


def user(user_id: str) -> User | None:
    found = PersonItem.find(user_id, "USER")
    return person(found) if found else None


def update_user(user_id: str, **changes: str) -> User | None:
    """Set attributes that are text; None if there is no such user."""
    item = PersonItem(user_id, "USER")
    kept = {name: vault.seal(user_id, name, text) if name in _PERSONAL else text for name, text in changes.items()}
    actions: list[Action] = [getattr(PersonItem, name).set(text) for name, text in kept.items()]
    return person(item) if made(lambda: item.update(actions, PersonItem.pk.exists())) else None


def remembering(transaction: TransactWrite, user_id: str, devices: tuple[str, ...], seen: str) -> None:
    """Part of the transaction that lets somebody in: their devices, and from where they came."""
    actions: list[Action] = [PersonItem.devices.set(" ".join(devices))]
    if seen:
        actions.append(PersonItem.last_seen_from.set(vault.seal(user_id, "last_seen_from", seen)))
    transaction.update(PersonItem(user_id, "USER"), actions, PersonItem.pk.exists())


def person_item(user: User) -> PersonItem:
    return PersonItem(
        user.id,
        "USER",
        **vault.sealed(
            user.id,
            identifier=user.identifier,
            display_name=user.display_name,
            last_seen_from=user.last_seen_from or None,
        ),
        password_hash=user.password_hash,
        locale=user.locale,
        jurisdiction=user.jurisdiction,
        tier=user.tier,
        role=user.role,
        wallets=" ".join(user.wallets),
        created_at=clock.written(user.created_at),
        totp_on=int(user.totp_on) or None,
        passkeys=user.passkeys or None,
        pin_on=int(user.pin_on) or None,
        cooling_until=user.cooling_until or None,
        devices=" ".join(user.devices) or None,
    )


def person(item: PersonItem) -> User:
    return User(
        id=item.pk,
        identifier=vault.opened(item.pk, "identifier", item.identifier),
        password_hash=item.password_hash,
        display_name=vault.opened(item.pk, "display_name", item.display_name),
        locale=item.locale,
        jurisdiction=item.jurisdiction,
        tier=int(item.tier),
        role=item.role,
        wallets=tuple(item.wallets.split()),
        created_at=clock.read(item.created_at),
        totp_on=bool(item.totp_on),
        passkeys=int(item.passkeys or 0),
        pin_on=bool(item.pin_on),
        cooling_until=int(item.cooling_until or 0),
        devices=tuple((item.devices or "").split()),
        last_seen_from=(item.last_seen_from and vault.opened(item.pk, "last_seen_from", item.last_seen_from)) or "",
    )
