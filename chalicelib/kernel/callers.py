"""Who asks, as the guard proved it. Plain facts: whoever holds one of these need not ask again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from chalicelib.kernel import roles
from chalicelib.kernel.errors import Forbidden, SecondPersonRequired


@dataclass(frozen=True, slots=True)
class Customer:
    user_id: str
    session_id: str
    wallet_ids: tuple[str, ...]
    tier: int
    epoch: int
    jurisdiction: str
    guarded: bool = False
    """Whether a guardian must agree to large payments."""
    cooling_until: int = 0
    """Seconds since 1970: until then large payments are refused, as after a reset."""
    stepped_up_until: int = 0
    """Seconds since 1970: until then they have just proved that it is them."""
    risky: bool = False
    """Signed in from where they never were, or faster than anybody travels."""
    ways: str = ""
    """How they can step up, separated by a space: pin, passkey, totp."""
    name: str = ""
    """What others see them called, masked."""
    device: str = ""
    """A mark of the device that they signed in with; empty where it is not known."""

    @property
    def subject(self) -> str:
        return self.user_id


@dataclass(frozen=True, slots=True)
class Staff:
    """The person at a merchant's till."""

    id: str
    role: str
    since: str
    """What their sessions begin under; another once all of them are ended."""
    store_id: str = ""
    """The one store that the session is for; every one if empty."""
    store_ids: tuple[str, ...] = ()
    """The only stores that they may be at; every one if empty."""

    def works_at(self, store_id: str) -> bool:
        """At that store too, wherever they are now; "" for what is of no store."""
        return not self.store_ids or store_id in self.store_ids


@dataclass(frozen=True, slots=True)
class Merchant:
    merchant_id: str
    key_id: str
    scopes: tuple[str, ...]
    source_address: str = ""
    staff: Staff | None = None
    """Who acts for the merchant; nobody in particular where a server does."""

    @property
    def subject(self) -> str:
        return self.merchant_id

    @property
    def who(self) -> str:
        """Whom the audit log names."""
        return self.staff.id if self.staff else self.key_id

    @property
    def staff_id(self) -> str:
        return self.staff.id if self.staff else ""

    @property
    def store_id(self) -> str:
        """The one store that they act for; "" for every one."""
        return self.staff.store_id if self.staff else ""

    @property
    def kept_to(self) -> tuple[str, ...]:
        """The only stores that they work at; empty for every one."""
        return self.staff.store_ids if self.staff else ()

    def covers(self, store_ids: Collection[str]) -> bool:
        """Whether whoever works at `store_ids` alone, at every store if there are none, is theirs to keep."""
        return not self.kept_to or (bool(store_ids) and set(store_ids) <= set(self.kept_to))

    def works_at(self, store_id: str) -> bool:
        """Whether they may be there, if not now; a server is everywhere."""
        return self.staff is None or self.staff.works_at(store_id)

    def require(self, scope: str) -> None:
        """Raises Forbidden unless the key was given `scope`."""
        if scope not in self.scopes:
            raise Forbidden()

    def at(self, store_id: str | None) -> str | None:
        """The store that they mean: the one they are at, unless they say. Raises Forbidden where it is another."""
        if self.store_id and store_id not in (None, self.store_id):
            raise Forbidden()
        return self.store_id or store_id


@dataclass(frozen=True, slots=True)
class Operator:
    user_id: str
    session_id: str
    role: str
    source_address: str = ""
    """Where the request came from, as API Gateway saw it."""
    second_factor: bool = False
    """Whether the session began with one; without it an operator does nothing but set one up."""

    @property
    def subject(self) -> str:
        return self.user_id

    def require(self, permission: str) -> None:
        """Raises Forbidden unless the role was given `permission`."""
        if not roles.may(self.role, permission):
            raise Forbidden()

    def require_other(self, *people: str) -> None:
        """Nobody decides about themselves. Raises SecondPersonRequired where one of `people` is this operator."""
        if self.user_id in people:
            raise SecondPersonRequired()


Caller = Customer | Merchant | Operator
