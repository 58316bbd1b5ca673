"""The table `identity`: people and their names. Names are looked up by keyed hash.

LOGIN#<mark>  LOGIN        whose name it is
<user>        USER         the person

What else there is, each in the store of its subject: sign-ups in `store_sign_ups`, sessions in `store_sessions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import vault
from chalicelib.identity.model import User
from chalicelib.kernel import clock, entropy, ids
from chalicelib.notices.model_reach import switches

NOBODY = ids.derived("usr", "nobody")
"""An id that nobody has."""
_PERSONAL = ("identifier", "display_name", "second_contact", "phrase", "last_seen_from")


class UserItem(Table):
    """The base of every item under a user: `pk` is whose it is, `sk` begins with its kind.

    What is personal in it is sealed (`vault`) for `pk`, under the attribute's name.
    """

    setting = "identity_table"


class LoginItem(Table):
    setting = "identity_table"
    user_id = UnicodeAttribute()
    deleted_at = UnicodeAttribute(null=True)
    """The account is deleted; the name is nobody else's while it may be restored."""


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
    deleted_at = UnicodeAttribute(null=True)
    """Of an account that its owner deleted and may still restore."""
    second_contact = UnicodeAttribute(null=True)
    phrase = UnicodeAttribute(null=True)
    ui_mode = UnicodeAttribute(null=True)
    reminders = UnicodeAttribute(null=True)
    switched_off = UnicodeAttribute(null=True)
    """`<group>.<way>` each, a space between."""
    guardian = UnicodeAttribute(null=True)
    cooling_until = NumberAttribute(null=True)
    sessions_from = UnicodeAttribute(null=True)
    totp_on = NumberAttribute(null=True)
    passkeys = NumberAttribute(null=True)
    pin_on = NumberAttribute(null=True)
    devices = UnicodeAttribute(null=True)
    """Marks, separated by a space."""
    last_seen_from = UnicodeAttribute(null=True)
    risky_until = NumberAttribute(null=True)


class _PlaceItem(UserItem):
    jurisdiction = UnicodeAttribute(null=True)


def name_of(login: str) -> LoginItem | None:
    """The name that `login` is the mark of, if it is somebody's."""
    return LoginItem.find(f"LOGIN#{login}", "LOGIN")


def user_id_of(login: str) -> str | None:
    """Whose name `login` (its mark) is."""
    found = name_of(login)
    return found.user_id if found else None


def user(user_id: str) -> User | None:
    return living(PersonItem.find(user_id, "USER"))


def jurisdiction(user_id: str) -> str | None:
    """Nothing else of them is read."""
    try:
        return _PlaceItem.get(user_id, "USER", attributes_to_get=["pk", "sk", "jurisdiction"]).jurisdiction
    except DoesNotExist:
        return None


def living(found: PersonItem | None) -> User | None:
    """A deleted account is nobody's until it is restored."""
    return person(found) if found and not found.deleted_at else None


def never_before(at: datetime) -> str:
    """A `sessions_from` that no session began under, even if another was written at the same time."""
    return f"{clock.written(at)}#{entropy.token(4).hex()}"


def is_living() -> Condition:
    found: Condition = PersonItem.pk.exists() & PersonItem.deleted_at.does_not_exist()
    return found


def as_kept(user_id: str, changes: Mapping[str, str]) -> dict[str, str]:
    """What is personal is sealed."""
    return {name: vault.seal(user_id, name, text) if name in _PERSONAL else text for name, text in changes.items()}


def user_named(login: str) -> User | None:
    """Whose name `login` is, in two calls whether there is somebody or not."""
    return user(user_id_of(login) or NOBODY)


def whose(user: User | None, login: str) -> str:
    """For whom tries with a name are counted: its person, by whatever name; else an id that nobody has."""
    return user.id if user else ids.derived("usr", login)


def rehash(user: User, password_hash: str) -> None:
    """The same password under today's cost, unless another was set meanwhile."""
    item = PersonItem(user.id, "USER")
    unchanged = PersonItem.password_hash == user.password_hash
    made(lambda: item.update([PersonItem.password_hash.set(password_hash)], unchanged))


def not_reset_since(user: User) -> Condition:
    """The condition that no password was set since `user` was read, and that they are still there."""
    same = PersonItem.cooling_until == user.cooling_until
    if not user.cooling_until:
        same |= PersonItem.cooling_until.does_not_exist()
    condition: Condition = is_living() & same
    return condition


def not_ended_since(user: User) -> Condition:
    """The condition that not all sessions were ended since `user` was read."""
    same = PersonItem.sessions_from == user.sessions_from
    condition: Condition = same if user.sessions_from else PersonItem.sessions_from.does_not_exist()
    return condition


def has_factor() -> Condition:
    """The condition that a second factor is on."""
    found: Condition = PersonItem.totp_on.exists() | (PersonItem.passkeys > 0)
    return found


def may_enter(user: User, proved: bool) -> Condition:
    """The condition of a session that begins: what they proved is enough still.

    No password was set and no sessions ended since `user` was read, and no first second factor was turned on.
    """
    unchanged = not_reset_since(user) & not_ended_since(user)
    condition: Condition = unchanged if proved else unchanged & ~has_factor()
    return condition


def remembering(transaction: TransactWrite, user: User, devices: tuple[str, ...], seen: str, proved: bool) -> None:
    """Part of the transaction that lets somebody in: their devices, and from where they came."""
    actions: list[Action] = [PersonItem.devices.set(" ".join(devices))]
    if seen:
        actions.append(PersonItem.last_seen_from.set(vault.seal(user.id, "last_seen_from", seen)))
    transaction.update(PersonItem(user.id, "USER"), actions, may_enter(user, proved))


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
        cooling_until=user.cooling_until,
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
        second_contact=_opened(item, "second_contact"),
        phrase=_opened(item, "phrase"),
        ui_mode=item.ui_mode or "standard",
        reminders=item.reminders or "quarterly",
        switched_off=switches(item.switched_off),
        guardian=item.guardian or "",
        cooling_until=int(item.cooling_until or 0),
        sessions_from=item.sessions_from or "",
        totp_on=bool(item.totp_on),
        passkeys=int(item.passkeys or 0),
        pin_on=bool(item.pin_on),
        devices=tuple((item.devices or "").split()),
        last_seen_from=_opened(item, "last_seen_from"),
        risky_until=int(item.risky_until or 0),
    )


def _opened(item: PersonItem, field: str) -> str:
    text = getattr(item, field)
    return vault.opened(item.pk, field, text) if text else ""
