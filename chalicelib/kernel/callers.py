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

    @property
    def subject(self) -> str:
        return self.user_id

    def require(self, permission: str) -> None:
        """Raises Forbidden unless the role was given `permission`."""
        if not roles.may(self.role, permission):
            raise Forbidden()


Caller = Customer | Merchant | Operator
