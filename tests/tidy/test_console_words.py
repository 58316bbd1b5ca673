"""The console has a sentence, in both languages, for every word of ours; and every table of it can be exported."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import chalicelib
from chalicelib.cases import model as cases_model
from chalicelib.kernel import roles
from chalicelib.merchants import model as merchants_model
from chalicelib.merchants import model_cards, model_webhooks
from chalicelib.merchants.model_events import EVENT_TYPES
from chalicelib.operations import model as operations_model
from chalicelib.risk import model as risk_model
from chalicelib.settlement import model_adjustments
from infra.pages import WEB
from tests.api.test_audit_origin import written_in_the_code

CONSOLE = WEB / "console"
OPENERS = {"open_case": 0, "_case": 0, "_alarm": 1}
"""What opens cases, and which argument is the kind."""
STATES = {
    *get_args(cases_model.State), *get_args(merchants_model.Status), *get_args(merchants_model.CheckoutStatus),
    *get_args(merchants_model.KeyState), *get_args(model_webhooks.EndpointState), *get_args(model_webhooks.Outcome),
    *get_args(model_cards.PlanStatus),
    *get_args(operations_model.Step), "active", "frozen", "closed", "refused",
    "authorized", "captured", "partially_refunded", "refunded", "voided", "pending", "succeeded", "failed", "unknown",
}  # fmt: skip


@cache
def sentences() -> dict[str, dict[str, str]]:
    names = ("shared", "console", "books", "cases", "audit", "payouts", "webhooks", "plans")
    catalogues = [WEB / "text" / f"{name}.json" for name in names]
    return {key: said for file in catalogues for key, said in json.loads(file.read_text(encoding="utf-8")).items()}


def lacking(room: str, words: set[str]) -> list[str]:
    return sorted(f"console.{room}.{word}" for word in words if f"console.{room}.{word}" not in sentences())


def opening() -> Iterator[tuple[ast.Module, ast.Call, int]]:
    """Each call that opens a case: where it stands, itself, and the place of the kind in it."""
    for file in sorted(Path(chalicelib.__file__).parent.rglob("*.py")):
        module = ast.parse(file.read_text())
        for call in ast.walk(module):
            place = OPENERS.get(ast.unparse(call.func).rpartition(".")[2]) if isinstance(call, ast.Call) else None
            if isinstance(call, ast.Call) and place is not None:
                yield module, call, place


def constants(module: ast.Module) -> dict[str, str]:
    found = [one for one in module.body if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant)]
    return {ast.unparse(one.targets[0]): str(ast.literal_eval(one.value)) for one in found}


def case_kinds() -> set[str]:
    kinds = set[str]()
    for module, call, place in opening():
        kind = call.args[place]
        known = constants(module) | ({kind.value: str(kind.value)} if isinstance(kind, ast.Constant) else {})
        kinds |= {known[name] for name in [getattr(kind, "value", ast.unparse(kind))] if name in known}
    return kinds


def opens(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in OPENERS


def case_facts() -> set[str]:
    """The names of what a case may tell: the dictionaries of every function that opens one."""
    modules = {id(module): module for module, _, _ in opening()}.values()
    functions = [node for module in modules for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    inside = [node for one in functions if any(map(opens, ast.walk(one))) for node in ast.walk(one)]
    keys = [key for node in inside if isinstance(node, ast.Dict) for key in node.keys]
    return {str(key.value) for key in keys if isinstance(key, ast.Constant)}


def audited(node: ast.AST) -> list[ast.Call]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Call) and ast.unparse(one.func) == "cases.audit"]


def audit_facts() -> set[str]:
    """What entries of the audit log tell beside who, what and why: by argument, or by a dictionary `facts`."""
    modules = [ast.parse(file.read_text()) for file in sorted(Path(chalicelib.__file__).parent.rglob("*.py"))]
    functions = [one for module in modules for one in ast.walk(module) if isinstance(one, ast.FunctionDef)]
    writers = [one for one in functions if audited(one)]
    named = {word.arg for one in writers for call in audited(one) for word in call.keywords if word.arg}
    inside = [one for writer in writers for one in ast.walk(writer)]
    told = [one.value for one in inside if isinstance(one, ast.Assign | ast.AnnAssign) and "facts" in ast.unparse(one)]
    keys = {
        str(key.value) for one in told if isinstance(one, ast.Dict) for key in one.keys if isinstance(key, ast.Constant)
    }
    return (named | keys) - {"source_address"}


def test_each_kind_of_case_says_what_it_is_and_what_to_do() -> None:
    kinds = case_kinds()
    assert {"freeze", "webhook-quarantine", "statement-missing", "safeguarding-shortfall"} <= kinds
    assert lacking("what", kinds) + lacking("about", kinds) == []


def test_each_fact_of_a_case_has_a_name() -> None:
    facts = case_facts()
    assert {"reason", "frozen_by", "event_id", "our_id", "expected", "shortfall", "day"} <= facts
    assert lacking("fact", facts) == []


def test_each_fact_of_the_audit_log_has_a_name() -> None:
    facts = audit_facts()
    assert {"role", "currency", "overlap_hours", "scopes"} <= facts
    assert lacking("fact", facts) == []


def test_each_role_direction_and_severity_that_the_audit_log_tells_has_words() -> None:
    words = {*get_args(model_adjustments.Direction), *get_args(operations_model.Severity)}
    assert lacking("role", set(roles.ROLES) | {"customer"}) + lacking("what", words) == []


def test_each_reason_of_a_freeze_has_words() -> None:
    assert lacking("reason", set(get_args(risk_model.Reason)) | {"by-owner"}) == []


def test_each_state_has_words() -> None:
    assert lacking("state", STATES) == []


def test_each_action_of_the_audit_log_has_words_and_can_be_filtered_by() -> None:
    actions = set(written_in_the_code())
    assert lacking("did", actions) == []
    script = (CONSOLE / "screens/audit.js").read_text(encoding="utf-8")
    deeds = re.findall(r'^  "?([a-z-]+)"?: \[(.*)\],$', script, re.MULTILINE)
    assert {f"{thing}.{deed}" for thing, those in deeds for deed in re.findall(r'"([^"]+)"', those)} == actions


def test_the_back_office_offers_each_type_of_event_and_has_words_for_it() -> None:
    script = (WEB / "till/hooks.js").read_text(encoding="utf-8")
    table = re.findall(r"^  (\w+): \[(.*)\],$", script, re.MULTILINE)
    offered = [f"{what}.{end}" for what, ends in table for end in re.findall(r'"(\w+)"', ends)]
    assert [*offered, "ping"] == list(EVENT_TYPES)
    words = json.loads((WEB / "text/hooks.json").read_text(encoding="utf-8"))
    office = json.loads((WEB / "text/office.json").read_text(encoding="utf-8"))
    assert {f"hooks.type.{one}" for one in EVENT_TYPES} <= set(words)
    assert {f"hooks.disabled.{one}" for one in get_args(model_webhooks.Why)} <= set(words)
    states = {*get_args(model_webhooks.EndpointState), *get_args(model_webhooks.Outcome)}
    assert {f"office.state.{one}" for one in states} <= set(office)


@pytest.mark.parametrize("file", sorted(CONSOLE.rglob("*.js")), ids=lambda file: file.name)
def test_no_table_is_made_but_by_the_one_that_exports(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert ("<table" in text) == (file.name == "table.js"), "use Table of table.js: it exports"
    assert file.name != "table.js" or "<${Export}" in text.split("<table")[0]
