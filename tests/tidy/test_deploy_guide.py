"""Whoever follows docs/how-to/deploy.md types nothing that is not there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

import app
from chalicelib.api.blueprint import routes
from infra.deploying.stages import Stage
from tests.tidy.test_runbooks import OF_EVERY_COMMAND, TARGETS, code, commands

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "how-to" / "deploy.md").read_text(encoding="utf-8")
TYPED = code(GUIDE)
RENAMED = {"subscribe": {"notification-endpoint"}}
"""The tool `aws` has other names for some options."""
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _named(part: str | set[str]) -> str:
    """The same in every process."""
    return part if isinstance(part, str) else " ".join(sorted(part))


@pytest.mark.parametrize("line", sorted(set(re.findall(r"\bmake [a-z]+[^\n`]*", TYPED))))
def test_a_target_of_make_and_its_variables_are_there(line: str) -> None:
    target = line.split()[1]
    assert target in TARGETS, f"there is no `make {target}`"
    recipe = MAKEFILE.partition(f"\n{target}:")[2].partition("\n\n")[0]
    for variable in re.findall(r"\b([A-Z_]+)=", line):
        assert re.search(rf"\$\((if |or )?\$?\(?{variable}\b", recipe) or f",$({variable})" in recipe, variable


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", TYPED))))
def test_a_module_is_there(module: str) -> None:
    assert (ROOT / (module.replace(".", "/") + ".py")).exists()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"(?<![\w/])((?:infra|chalicelib|\.github)/[\w./-]+\w)", TYPED)))
)
def test_a_file_is_there(path: str) -> None:
    assert (ROOT / path).exists() or path == "infra/stages"


@pytest.mark.parametrize(("service", "operation", "options"), list(commands(GUIDE)), ids=_named)
def test_a_command_of_aws_is_one_that_aws_knows(service: str, operation: str, options: set[str]) -> None:
    calls = botocore.session.get_session().get_service_model(service)
    found = next(one for one in calls.operation_names if xform_name(one, "-") == operation)
    shape = calls.operation_model(found).input_shape
    known = {xform_name(member, "-") for member in shape.members} if shape else set()
    assert not options - known - OF_EVERY_COMMAND - RENAMED.get(operation, set())


def test_a_route_is_there() -> None:
    known = {(route.method, re.sub(r"\{\w+\}", "{}", route.path)) for route in routes()}
    assert app.app
    named = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`]+)", GUIDE)
    posted = [("POST", one.replace("mer_…", "{}")) for one in re.findall(r"curl \$API(/\S+)", TYPED)]
    assert posted and {*named, *posted} <= known


def test_every_key_of_a_stage_is_explained_and_no_other() -> None:
    table = GUIDE.partition("| key | what it is |\n|---|---|\n")[2].partition("\n\n")[0]
    first_cells = " ".join(row.split("|")[1] for row in table.splitlines())
    named = {one.strip("[]") for one in re.findall(r"`([^`]+)`", first_cells)}
    assert named == {one.name for one in fields(Stage)} - {"name"}


def test_it_leads_from_an_empty_account_to_a_first_payment_in_this_order() -> None:
    titles = re.findall(r"^## \d\. (.+)$", GUIDE, re.MULTILINE)
    assert titles == ["Before", "The stage", "The first deployment", "The first operator", "The first payment"]
    assert len(list(commands(GUIDE))) >= 6, "the tests above look for the wrong thing"


def test_a_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", GUIDE):
        assert (ROOT / "docs" / "how-to" / target).exists(), target
