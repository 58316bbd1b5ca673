"""A runbook is a page that holds in the night: what it names exists, and what it would have us say is ready."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

import app
from chalicelib.api.blueprint import routes
from chalicelib.operations import announcements, model
from infra.local import demo
from tests.screens import screens

ROOT = Path(__file__).parents[2]
PAGES = {file.stem: file for file in sorted((ROOT / "infra" / "runbooks").glob("*.md"))}
TEXTS = {name: file.read_text(encoding="utf-8") for name, file in PAGES.items()}
NEEDED = {
    "bad-deploy", "data-leak", "dynamodb-throttled", "flood", "ledger-drift", "leaked-key", "processor-down",
    "region-lost", "stuck-settlement",
}  # fmt: skip
HEADINGS = [
    "What you see",
    "What it means for customers",
    "First five minutes",
    "How to undo",
    "Whom and what to tell",
]
SENTENCES = ("title", "investigating", "identified", "monitoring", "resolved", "affected")
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
OF_EVERY_COMMAND = {"max-items", "output", "query", "region"}
OF_THE_TOOL_ALONE = {
    "cloudformation deploy": {"parameter-overrides", "stack-name", "template-file"},
    "s3 cp": set(),
    "s3 ls": {"recursive"},
}
"""Commands that the tool `aws` makes of several calls, and their options that we use."""

every_page = pytest.mark.parametrize("name", sorted(PAGES))


def code(text: str) -> str:
    """Blocks and spans of code, a line continued by a backslash in one."""
    text = text.replace("\\\n", " ")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return "\n".join([*blocks, *(" ".join(span.split()) for span in spans)])


def commands(text: str) -> Iterator[tuple[str, str, set[str]]]:
    """Service, operation and options of each call of `aws`."""
    for line in code(text).splitlines():
        for call in re.split(r"\baws (?=[a-z0-9-]+ [a-z0-9-]+)", line)[1:]:
            service, operation, *_ = call.split()
            yield service, operation, set(re.findall(r"(?<=\s)--([a-z0-9-]+)", call))


def test_every_page_that_an_alarm_may_lead_to_is_there() -> None:
    assert set(PAGES) >= NEEDED
    assert set(announcements.ready()) == set(PAGES), "each runbook has its sentences in announcements.json"


@every_page
def test_a_page_is_one_page_with_its_five_parts(name: str) -> None:
    lines = TEXTS[name].splitlines()
    assert len(lines) <= 60, f"{name}.md has {len(lines)} lines: nobody reads more at night"
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == HEADINGS


@every_page
def test_the_sentences_on_a_page_are_those_that_the_console_offers(name: str) -> None:
    told = announcements.ready()[name]
    for sentence in SENTENCES:
        said = getattr(told, sentence)
        row = f"| {sentence} | {said.en} | {said.zh} |"
        assert row in TEXTS[name].splitlines(), f"{name}.md: the row of «{sentence}» should be\n{row}"
    assert f"*{told.severity}*" in TEXTS[name], f"{name}.md does not say that its severity is {told.severity}"


@every_page
def test_a_sentence_can_be_published_as_it_is(name: str) -> None:
    told = announcements.ready()[name]
    assert model.tidy_titles(told.title) == told.title
    for sentence in SENTENCES[1:]:
        said = getattr(told, sentence)
        assert model.tidy_bodies(said) == said
        gaps = [{gap for _, gap, _, _ in string.Formatter().parse(one) if gap} for one in (said.en, said.zh)]
        assert gaps[0] == gaps[1], f"{name}: «{sentence}» has other gaps in Chinese"
        assert not gaps[0] or sentence == "affected", f"{name}: what everybody reads has no gaps"
        assert re.search(r"[\u4e00-\u9fff]", said.zh) and not re.search(r"[\u4e00-\u9fff]", said.en)


@every_page
def test_a_command_of_ours_exists(name: str) -> None:
    text = code(TEXTS[name])
    for target in re.findall(r"\bmake ([a-z]+)", text):
        assert target in TARGETS, f"{name}.md: there is no `make {target}`"
    for act in re.findall(r"\bACT=(\w+)", text):
        assert act in demo.ACTS, f"{name}.md: the demo has no act {act}"
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert (ROOT / (module.replace(".", "/") + ".py")).exists(), f"{name}.md: there is no {module}"
    for path in re.findall(r"\b((?:infra|docs|chalicelib|tests)/[\w./-]+)", text):
        assert (ROOT / path).exists(), f"{name}.md: there is no {path}"


@every_page
def test_a_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", TEXTS[name]):
        assert (PAGES[name].parent / target).exists(), f"{name}.md links to {target}, which is not there"


@every_page
def test_a_route_and_a_screen_exist(name: str) -> None:
    known = {(route.method, route.path) for route in routes()}
    assert app.app and known
    for route in re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`]+)", TEXTS[name]):
        assert route in known, f"{name}.md: there is no route {' '.join(route)}"
    patterns = {screen.pattern for screen in screens("console")}
    for pattern in re.findall(r"[Cc]onsole(?:'s)? `([^`]*)`", " ".join(TEXTS[name].split())):
        assert pattern in patterns, f"{name}.md: the console has no page {pattern}"


@every_page
def test_a_command_of_aws_is_one_that_aws_knows(name: str) -> None:
    session = botocore.session.get_session()
    for service, operation, options in commands(TEXTS[name]):
        known = OF_THE_TOOL_ALONE.get(f"{service} {operation}")
        if known is None:
            calls = session.get_service_model(service)
            found = next((one for one in calls.operation_names if xform_name(one, "-") == operation), None)
            assert found, f"{name}.md: aws {service} has no {operation}"
            shape = calls.operation_model(found).input_shape
            known = {xform_name(member, "-") for member in shape.members} if shape else set()
        unknown = options - known - OF_EVERY_COMMAND
        assert not unknown, f"{name}.md: aws {service} {operation} does not take {sorted(unknown)}"


def test_pages_do_name_commands_routes_and_screens() -> None:
    every = "\n".join(TEXTS.values())
    assert len(list(commands(every))) > 30, "the tests above look for the wrong thing"
    assert re.search(r"console `/status`", every) and re.search(r"POST /v1/incidents", every)
