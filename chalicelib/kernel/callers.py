"""Who asks, as the guard proved it. Plain facts: whoever holds one of these need not ask again."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kernel import roles
from chalicelib.kernel.errors import Forbidden


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

    @property
    def subject(self) -> str:
        return self.user_id


@dataclass(frozen=True, slots=True)
class Merchant:
    merchant_id: str
    key_id: str
    scopes: tuple[str, ...]
    source_address: str = ""

    @property
    def subject(self) -> str:
        return self.merchant_id

    def require(self, scope: str) -> None:
        """Raises Forbidden unless the key was given `scope`."""
        if scope not in self.scopes:
            raise Forbidden()


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


Caller = Customer | Merchant | Operator
