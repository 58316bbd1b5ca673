"""How a room declares its routes. `Room.route` settles everything that can be known before the first request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, UnionType
from typing import Any, TypeVar, get_args

import msgspec
from chalice.app import Blueprint

from chalicelib.api.model import Answer, Answers, Call, Route, View
from chalicelib.api.pagination import PARAMETERS
from chalicelib.api.view import served
from chalicelib.kernel.callers import Caller
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import CofferError
from chalicelib.kernel.roles import PERMISSIONS

__all__ = ["Answer", "Call", "Room", "Route", "routes"]

FUNCTIONS = ("money", "access", "webhooks", "office", "analysis")
_Declared = TypeVar("_Declared", bound=View)
_NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
_registry: list[Route] = []


def routes() -> tuple[Route, ...]:
    """Every route declared so far, in order."""
    return tuple(_registry)


class Room:
    """The routes of one room; `app.register_blueprint(room.blueprint)` puts them to work."""

    def __init__(self, name: str, function: str):
        if function not in FUNCTIONS:
            raise ValueError(f"{function} is none of {FUNCTIONS}")
        self.name, self.function = name, function
        self.blueprint = Blueprint(f"chalicelib.{name}.routes")

    def route(
        self,
        method: str,
        path: str,
        *,
        answers: Answers,
        summary: str,
        body: type[msgspec.Struct] | None = None,
        caller: type[Caller] | UnionType | None = None,
        permission: str = "",
        after_the_end: bool = False,
        moves_money: bool = False,
        replays: bool = False,
        begins: Begins | None = None,
        listing: bool = False,
        query: Iterable[str] = (),
        errors: tuple[type[CofferError], ...] = (),
        parameters: Mapping[str, Mapping[str, Any]] = _NOTHING,
        media: Mapping[str, Mapping[str, Any]] = _NOTHING,
    ) -> Callable[[_Declared], _Declared]:
        """Declare a view. `answers`: status → model, None for no body; of a listing, the model of one item.

        `after_the_end`: for those too whose session is over, since it only ends things. `begins`: what maintenance
        makes wait. `caller`: a kind of caller or a union of them, None for nobody. `permission`: what an operator's
        role must grant. `query`: the parameters allowed, beside `limit` and `cursor` of a listing. `errors`: what it
        raises beyond its form. `replays`: only tells what a key was answered, if asked to. `parameters`: what the
        description says of those in path and query. `media`: media type → schema of what else a success may come as.
        """
        if moves_money and caller is None:
            raise ValueError(f"{method} {path}: money moves only for somebody")
        if permission and permission not in PERMISSIONS:
            raise ValueError(f"{method} {path}: {permission} is not in the table of permissions")

        def declare(view: _Declared) -> _Declared:
            self._add(
                Route(
                    method=method,
                    path=path,
                    function=self.function,
                    room=self.name,
                    summary=summary,
                    body=body,
                    answers=answers,
                    callers=_kinds(caller),
                    permission=permission,
                    after_the_end=after_the_end,
                    moves_money=moves_money,
                    replays=replays,
                    begins=begins,
                    listing=listing,
                    query=frozenset(query) | (PARAMETERS if listing else frozenset()),
                    errors=errors,
                    parameters=parameters,
                    media=media,
                    view=view,
                )
            )
            return view

        return declare

    def _add(self, route: Route) -> None:
        _registry.append(route)
        self.blueprint.route(route.path, methods=[route.method])(served(route))


def _kinds(caller: Any) -> frozenset[type[Caller]]:
    return frozenset() if caller is None else frozenset(get_args(caller) or (caller,))
