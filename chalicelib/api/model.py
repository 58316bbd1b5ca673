"""What a view is given (`Call`), what it gives back (`Answer`), and what is known of it beforehand (`Route`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from chalicelib.api.pagination import Page
from chalicelib.kernel.callers import Caller, Customer, Merchant, Operator
from chalicelib.kernel.errors import CofferError, Forbidden
from chalicelib.kernel.idempotency import Receipt, RequestKey

Body = TypeVar("Body")
Kind = TypeVar("Kind", Customer, Merchant, Operator)
Payload = dict[str, Any] | list[Any] | msgspec.Struct | str | bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is rendered as JSON; `str` and `bytes` go out as they are, with the Content-Type of `headers`."""

    status: int
    body: Payload = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Headers(dict[str, str]):
    """Header fields; names in any case. A field sent twice is joined with a comma (RFC 9110 §5.2)."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(slots=True)
class Call(Generic[Body]):
    """One request, checked: `caller`, `key` and `page` are there when the route declares them."""

    at: datetime
    language: str
    request_id: str
    method: str
    target: str
    """The concrete path, parameters percent-encoded."""
    headers: Headers
    path: dict[str, str]
    query: dict[str, str]
    raw: bytes
    source_address: str
    body: Body
    asked_by: Caller | None = None
    request_key: RequestKey | None = None
    window: Page | None = None

    @property
    def caller(self) -> Caller:
        if self.asked_by is None:
            raise LookupError("the route does not declare caller=")
        return self.asked_by

    @property
    def customer(self) -> Customer:
        return _of_kind(self.asked_by, Customer)

    @property
    def merchant(self) -> Merchant:
        return _of_kind(self.asked_by, Merchant)

    @property
    def operator(self) -> Operator:
        return _of_kind(self.asked_by, Operator)

    @property
    def merchant_or_operator(self) -> Merchant | Operator:
        return self.merchant if isinstance(self.asked_by, Merchant) else self.operator

    @property
    def merchant_or_customer(self) -> Merchant | Customer:
        return self.merchant if isinstance(self.asked_by, Merchant) else self.customer

    @property
    def key(self) -> RequestKey:
        return _declared(self.request_key, "moves_money=True")

    @property
    def page(self) -> Page:
        return _declared(self.window, "listing=True")


View = Callable[[Call[Any]], Answer | Receipt]
Answers = Mapping[int, type[msgspec.Struct] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A route as declared; `function` is the Lambda function that answers it."""

    method: str
    path: str
    function: str
    room: str
    summary: str
    body: type[msgspec.Struct] | None
    answers: Answers
    callers: frozenset[type[Caller]]
    permission: str
    after_the_end: bool
    """Whether it is answered when the caller's session is over already: what only ends things."""
    """What an operator's role must grant (`kernel/roles`)."""
    moves_money: bool
    replays: bool
    """Whether it tells what was answered to a key, and does nothing, where `Idempotency-Replay: only` asks it to."""
    listing: bool
    query: frozenset[str]
    errors: tuple[type[CofferError], ...]
    parameters: Mapping[str, Mapping[str, Any]]
    media: Mapping[str, Mapping[str, Any]]
    view: View

    @property
    def tag(self) -> str:
        """What readers look it up under: `merchants` for the room `merchants_office`."""
        return self.room.partition("_")[0]


def _of_kind(caller: Caller | None, kind: type[Kind]) -> Kind:
    if not isinstance(caller, kind):
        raise Forbidden
    return caller


_Thing = TypeVar("_Thing")


def _declared(thing: _Thing | None, how: str) -> _Thing:
    if thing is None:
        raise LookupError(f"the route does not declare {how}")
    return thing
