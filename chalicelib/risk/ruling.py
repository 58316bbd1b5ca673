"""The rules as operators see and change them, each with how often it was right."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, text
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.risk import model, model_rules, store_rules
from chalicelib.risk.model_rules import Change, Labels, ParameterView, RiskRuleRequest, RiskRuleView, Rule


def listed(position: str | None, limit: int, language: str) -> tuple[list[RiskRuleView], str | None]:
    """In the order of the table, from behind `position` on; and the position of the next page, None at the end."""
    found, names = store_rules.all_rules(), list(model_rules.NAMES)
    rest = model_rules.RULES[names.index(position) + 1 if position in names else 0 :]
    shown = [_view(rule, *found.get(rule.name, (None, Labels())), language) for rule in rest[:limit]]
    return shown, rest[limit - 1].name if len(rest) > limit else None


def changed(by: Operator, name: str, wish: RiskRuleRequest, at: datetime, language: str) -> RiskRuleView:
    """Raises InvalidRequest (which parameter, between what), NotFound, InvalidState (changed meanwhile)."""
    note = model.tidy_note(wish.note)
    model_rules.known(wish.parameters)
    rule = model_rules.BY_NAME.get(name)
    if rule is None:
        raise NotFound()
    model_rules.checked(rule, wish.parameters)
    before, labels = store_rules.all_rules().get(name, (None, Labels()))
    parameters = {**(before.parameters if before else {}), **wish.parameters}
    version = (before.version if before else 0) + 1
    now = Change(wish.mode, parameters, version, clock.written(at), by.user_id)
    cases.audit(
        by.user_id, "risk-rule.change", name, note, at, source_address=by.source_address,
        mode=wish.mode, version=version, parameters=_told(rule.values(parameters)),
    )  # fmt: skip
    if not store_rules.change(name, now):
        raise InvalidState(state="changed")
    return _view(rule, now, labels, language)


def _currency(rule: Rule, parameter: str) -> str:
    return model_rules.CURRENCY if model_rules.AMOUNTS.get(rule.name) == parameter else ""


def _told(values: dict[str, int]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(values.items()))


def _view(rule: Rule, change: Change | None, labels: Labels, language: str) -> RiskRuleView:
    values = rule.values(change.parameters if change else {})
    parameters = [
        ParameterView(name, values[name], bound.value, bound.least, bound.most, _currency(rule, name))
        for name, bound in rule.parameters.items()
    ]
    return RiskRuleView(
        name=rule.name,
        about=text.sentence(f"risk.rules.{rule.name}", language),
        mode=change.mode if change else rule.mode,
        points=rule.points,
        most=rule.most,
        parameters=parameters,
        if_it_fails=rule.if_it_fails,
        because=text.sentence(f"risk.fails.{rule.because}", language),
        version=change.version if change else 0,
        fraud=labels.fraud,
        legitimate=labels.legitimate,
        unsure=labels.unsure,
        precision_percent=labels.precision_percent,
        changed_at=change.at if change else "",
        changed_by=change.by if change else "",
    )
