"""Whether an alarm of the template rings, as CloudWatch has it: on one metric, on metric maths, on other alarms.

Less than CloudWatch: of maths, arithmetic, comparisons, IF and FILL; windows end with the running minute.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html#alarm-evaluation
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.local.alarm_data import Data, metric_of

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Values = Mapping[str, float | None]
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_OPERATORS: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}
_NAMED = re.compile(r"""\b(ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")\s]+)"?\s*\)""")
_MINUTE, _MORE = 60, 2


@dataclass(frozen=True, slots=True)
class Judged:
    state: State
    reason: str


class Unknown(ValueError):
    """An expression or rule that is more than is understood here."""


def judged(alarm: Mapping[str, Any], data: Data, minute: int) -> Judged:
    """By what was measured up to `minute`, which still runs.

    Of periods of a minute two more are looked at, so that one without data does not end what rings, as CloudWatch does.
    """
    periods = alarm["EvaluationPeriods"]
    looked_at = periods + (_MORE if _period(alarm) <= _MINUTE else 0)
    found = [_value(alarm, data, minute, back) for back in range(looked_at)]
    known = [value for value in found if value is not None][:periods]
    missing = _missing(alarm, periods - len(known))
    if not known and missing is None:
        return Judged("INSUFFICIENT_DATA", "Insufficient Data: nothing was measured.")
    compared, threshold = _COMPARED[alarm["ComparisonOperator"]], float(alarm["Threshold"])
    crossed = [value for value in known if compared(value, threshold)]
    rings = len(crossed) + (missing or 0) >= alarm.get("DatapointsToAlarm", periods)
    return Judged("ALARM" if rings else "OK", _reason(crossed if rings else known, periods, threshold, rings))


def composed(rule: str, states: Mapping[str, State]) -> bool:
    """Whether `rule` (`ALARM("a") AND NOT OK("b")`) holds. Names may be ARNs."""

    def known(found: re.Match[str]) -> str:
        return str(states[found[2].rpartition(":")[2]] == found[1])

    text = re.sub(r"\b(AND|OR|NOT|TRUE|FALSE)\b", lambda found: found[0].lower(), _NAMED.sub(known, rule))
    text = re.sub(r"\b(true|false)\b", lambda found: found[0].capitalize(), text)
    return _holds(_parsed(text))


def children(rule: str) -> list[str]:
    return [name.rpartition(":")[2] for _, name in _NAMED.findall(rule)]


def reckoned(expression: str, values: Values) -> float | None:
    """Metric maths over one moment's values; None where it comes to nothing."""
    return _reckoned(_parsed(expression), values)


def window(period: int, minute: int, back: int) -> tuple[int, int]:
    """First and last minute of the window of `period` seconds that lies `back` windows ago."""
    minutes = max(1, period // _MINUTE)
    last = minute - back * minutes
    return last - minutes + 1, last


def _period(alarm: Mapping[str, Any]) -> int:
    asked = [one["MetricStat"]["Period"] for one in alarm.get("Metrics", ()) if "MetricStat" in one]
    return int(alarm.get("Period") or max(asked, default=_MINUTE))


def _value(alarm: Mapping[str, Any], data: Data, minute: int, back: int) -> float | None:
    if "MetricName" in alarm:
        return _measured(alarm, alarm["Period"], alarm["Statistic"], data, minute, back)
    values, expression = {}, ""
    for one in alarm["Metrics"]:
        if "MetricStat" in one:
            asked = one["MetricStat"]
            values[one["Id"]] = _measured(asked["Metric"], asked["Period"], asked["Stat"], data, minute, back)
        elif one.get("ReturnData", True):
            expression = one["Expression"]
    return None if expression.startswith("SELECT ") else reckoned(expression, values)


def _measured(
    asked: Mapping[str, Any], period: int, statistic: str, data: Data, minute: int, back: int
) -> float | None:
    found = data.over(metric_of(asked), *window(int(period), minute, back))
    return found.statistic(statistic) if found else None


def _missing(alarm: Mapping[str, Any], count: int) -> int | None:
    """How many of the periods without data count as breaching; None where they say nothing."""
    treated = alarm.get("TreatMissingData", "missing")
    return {"breaching": count, "notBreaching": 0}.get(treated)


def _reason(values: Iterable[float], periods: int, threshold: float, rings: bool) -> str:
    shown = ", ".join(f"{value:g}" for value in values) or "no datapoints"
    how = "reached" if rings else "did not reach"
    return f"Threshold Crossed: of the last {periods} datapoints [{shown}] {how} the threshold ({threshold:g})."


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as problem:
        raise Unknown(text) from problem


def _holds(node: ast.expr) -> bool:
    if isinstance(node, ast.BoolOp):
        return (all if isinstance(node.op, ast.And) else any)(_holds(one) for one in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _holds(node.operand)
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return node.value
    raise Unknown(ast.unparse(node))


def _reckoned(node: ast.expr, values: Values) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.BinOp):
        return _applied(node.op, _reckoned(node.left, values), _reckoned(node.right, values))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _applied(node.ops[0], _reckoned(node.left, values), _reckoned(node.comparators[0], values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, node.args, values)
    raise Unknown(ast.unparse(node))


def _applied(how: ast.operator | ast.cmpop, left: float | None, right: float | None) -> float | None:
    if type(how) not in _OPERATORS:
        raise Unknown(type(how).__name__)
    if left is None or right is None or (isinstance(how, ast.Div) and right == 0):
        return None
    return float(_OPERATORS[type(how)](left, right))


def _called(name: str, given: list[ast.expr], values: Values) -> float | None:
    if name == "IF" and len(given) == 3:
        asked = _reckoned(given[0], values)
        return None if asked is None else _reckoned(given[1] if asked else given[2], values)
    if name == "FILL" and len(given) == 2:
        found = _reckoned(given[0], values)
        return _reckoned(given[1], values) if found is None else found
    raise Unknown(name)
