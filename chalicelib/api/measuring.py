"""What the line of a request measures; CloudWatch reads it there (`observability`), so that a metric costs no call.

Every route: `Errors` (answered 5xx: 0 or 1), `Milliseconds` and `AwsCalls`, of its function and, unless ROUTE_METRICS
is off, of the route. How often it was asked is how many values there are: SampleCount.

A capability: `Started`, `Succeeded`, `Refused` (that one by `Reason` as well, the code of the error), and the `Good`
and `Bad` events of its objective (docs/explanation/objectives.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from chalicelib import settings
from chalicelib.kernel.errors import InternalError, Maintenance
from chalicelib.observability import Directive, Unit, directive

Capability = Literal["", "payments", "topups"]
Facts = dict[str, Any]
SLOW_MILLISECONDS = 1_000
"""A payment that takes longer, from API Gateway's first sight of it, is a bad one."""
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "payments": ("Started", "Succeeded", "Refused", "Good", "Bad"),
    "topups": ("Started", "Refused", "Good", "Bad"),
}
"""Top-ups succeed, and are good, when their money comes: `topups/speed`."""
_REPLAYED = "Idempotent-Replayed"


class _Problem(msgspec.Struct):
    code: str = InternalError.code


class Measured:
    """Of one route, everything that can be known before the first request."""

    def __init__(self, route: str, capability: Capability = "") -> None:
        self.route, self._capability = route, capability
        self._function, self._counted = settings.function(), _COUNTED.get(capability, ())
        self._directives = [_of_routes()]
        if capability:
            self._directives.append(_counts(self._counted, "Capability"))
        self._refused = [*self._directives, _counts(("Refused",), "Capability", "Reason")]

    def line(self, answered: Mapping[str, Any], took: float, waited: float, calls: int) -> Facts:
        """`took`: milliseconds in here; `waited`: since API Gateway saw it; `calls`: to AWS."""
        status = answered["statusCode"]
        facts = {
            "Function": self._function,
            "Route": self.route,
            "status": status,
            "Errors": int(status >= 500),
            "Milliseconds": round(took, 1),
            "AwsCalls": calls,
            "metrics": self._directives,
        }
        return facts | self._of_money(answered, waited) if self._capability else facts

    def _of_money(self, answered: Mapping[str, Any], waited: float) -> Facts:
        status, first = answered["statusCode"], _REPLAYED not in answered["headers"]
        code = msgspec.json.decode(answered["body"], type=_Problem).code if status >= 400 else ""
        refused = first and 400 <= status < 500
        paid = self._capability == "payments"
        bad = status >= 500 or (paid and waited > SLOW_MILLISECONDS)
        found = {
            "Started": int(first),
            "Succeeded": int(first and status == 201),
            "Refused": int(refused),
            "Good": int(paid and not bad and code != Maintenance.code),
            "Bad": int(bad and code != Maintenance.code),
        }
        facts: Facts = {"Capability": self._capability, **{name: found[name] for name in self._counted}}
        return facts | {"Reason": code, "metrics": self._refused} if refused else facts


def _of_routes() -> Directive:
    units: Mapping[str, Unit] = {"Errors": "Count", "Milliseconds": "Milliseconds", "AwsCalls": "Count"}
    sets = (("Function",), ("Function", "Route")) if settings.measures_routes() else (("Function",),)
    return directive(units, *sets)


def _counts(names: tuple[str, ...], *dimensions: str) -> Directive:
    return directive(dict.fromkeys(names, "Count"), dimensions)
