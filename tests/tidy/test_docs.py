"""The reference is complete: whoever adds a setting, an error, an item or a handler is told where to write it down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from chalicelib.api.problems import STATUS
from chalicelib.cloud_tables import Table
from chalicelib.kernel.errors import CofferError
from chalicelib.kernel.idempotency import Receipt
from chalicelib.ledger import items
from chalicelib.ledger.model import Due, Entry, Line, Movement
from chalicelib.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
AT = datetime(2026, 11, 22, tzinfo=UTC)
KEY_PART = re.compile(r"[A-Z]{3,}#?")
NO_KEY_PARTS = {"BOOL", "INSERT", "NFC", "NFKC", "NONE", "RAW"}
"""Words of DynamoDB's, of KMS's and of Unicode's own that look like a part of a key."""
DECISION = ("**Context.**", "**Decision.**", "**Consequence.**")


def page(name: str) -> str:
    return (REFERENCE / name).read_text(encoding="utf-8")


def row(text: str, first_cell: str) -> list[str]:
    """The cells of the table's line that begins with `first_cell`; none if there is no such line."""
    line = next((line for line in text.splitlines() if line.startswith(f"| `{first_cell}` |")), "")
    return [cell.strip() for cell in line.split("|")[1:-1]]


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def key_parts() -> Iterator[tuple[str, str]]:
    """Literal parts of keys in the code: (file, part), for instance `HEAD` and `FOLD#`."""
    patterns = ("*/store*.py", "*/service.py", "identity/*.py", "ledger/*.py")
    files = {file for pattern in patterns for file in (ROOT / "chalicelib").glob(pattern)}
    for file in sorted(file for file in files if not file.name.startswith("routes")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY_PART.fullmatch(node.value):
                yield str(file.relative_to(ROOT)), node.value


def models() -> list[type[Table]]:
    """Every pynamodb item, wherever a room declares it."""
    for file in (ROOT / "chalicelib").glob("*/store*.py"):
        import_module(f"chalicelib.{file.parent.name}.{file.stem}")
    ours = [model for model in kinds_of(Table) if model.__module__.startswith("chalicelib.")]
    return sorted(ours, key=lambda model: model.__name__)


def kinds_of(base: type[Table]) -> list[type[Table]]:
    return [kind for direct in base.__subclasses__() for kind in (direct, *kinds_of(direct))]


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_setting_stands_in_the_reference_with_its_default(field: Field[str]) -> None:
    cells = row(page("settings.md"), field.name.upper())
    assert cells, f"write a line for {field.name.upper()} in docs/reference/settings.md"
    default = "required" if field.default is MISSING else f"`{field.default}`" if field.default else "empty"
    assert cells[1] == default, f"docs/reference/settings.md: the default of {field.name.upper()} is {default}"


def test_the_reference_has_no_setting_that_is_gone() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)` \|", page("settings.md"), re.MULTILINE))
    gone = named - {field.name.upper() for field in fields(Settings)}
    assert not gone, f"take {sorted(gone)} out of docs/reference/settings.md"


@pytest.mark.parametrize("kind", [kind for kind in STATUS if kind.__module__.startswith("chalicelib.")])
def test_every_error_stands_in_the_reference_with_its_status(kind: type[CofferError]) -> None:
    cells = row(page("errors.md"), kind.code)
    assert cells, f"write a line for {kind.code} in docs/reference/errors.md: status, meaning, what to do"
    assert cells[1] == str(STATUS[kind]), f"docs/reference/errors.md: {kind.code} answers {STATUS[kind]}"
    assert all(cells), f"docs/reference/errors.md: {kind.code} lacks its meaning or what to do"


@pytest.mark.parametrize(("file", "part"), sorted(set(key_parts())), ids=lambda text: text)
def test_every_item_stands_in_the_reference(file: str, part: str) -> None:
    if part not in NO_KEY_PARTS:
        assert f"`{part}" in page("tables-and-items.md"), f"{file} has items {part}: name them in tables-and-items.md"


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_attribute_of_a_rooms_item_stands_in_the_reference(model: type[Table]) -> None:
    table = model.setting.removesuffix("_table")
    text = section(page("tables-and-items.md"), table)
    missing = [name for name in model.get_attributes() if name not in ("pk", "sk") and f"`{name}`" not in text]
    assert not missing, f"name {missing} under «{table}» in docs/reference/tables-and-items.md"


def test_every_attribute_of_the_ledgers_items_stands_in_the_reference() -> None:
    receipt, due = Receipt(201, "{}"), Due("settle", AT)
    line = Line("pay_1", "mer_1", "mac_1", 1, 0)
    entry = Entry("pay_1", "payment", "CNY", AT, {}, owner="usr_1", text="order", payee="mer_1", line=line)
    movement_id = "pay_00000000000000000000000000"
    movement = Movement(movement_id, "payment", "wal_1", 1, "CNY", "captured", AT, b"f", receipt, due)
    stored = {"ledger": items.movement_item(movement), "journal": items.entry_item(entry, "wal_1")}
    for table, item in stored.items():
        text = section(page("tables-and-items.md"), table)
        missing = [name for name in item if name not in ("pk", "sk") and f"`{name}`" not in text]
        assert not missing, f"name {missing} under «{table}» in docs/reference/tables-and-items.md"


def test_every_attribute_that_a_room_sets_stands_in_the_reference() -> None:
    """Names in `Movement(facts={…})` and in the updates that rooms put together."""
    text, named = page("tables-and-items.md"), set()
    for file in (ROOT / "chalicelib").glob("*/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                named |= {(file.name, name) for name in names_set_by(node)}
    missing = sorted(f"{name} ({file})" for file, name in named if f"`{name}`" not in text)
    assert named, "the code sets no attribute: this test looks for the wrong thing"
    assert not missing, f"name these attributes in docs/reference/tables-and-items.md: {missing}"


def names_set_by(call: ast.Call) -> Iterator[str]:
    if isinstance(call.func, ast.Name) and call.func.id == "Movement":
        facts = [one.value for one in call.keywords if one.arg == "facts"]
        keys = [key for one in facts if isinstance(one, ast.Dict) for key in one.keys]
    elif isinstance(call.func, ast.Attribute) and call.func.attr in ("assign", "add", "count", "keep"):
        keys = call.args[:1] if len(call.args) == 2 else []
    else:
        return
    yield from (key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


@pytest.mark.parametrize("handler", re.findall(r"^def (\w+)\(event", (ROOT / "app.py").read_text(), re.MULTILINE))
def test_every_handler_stands_in_the_reference(handler: str) -> None:
    assert f"`{handler}`" in page("events-and-queues.md"), f"write a line for {handler} in events-and-queues.md"


def test_every_room_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for file in (ROOT / "chalicelib").glob("*/__init__.py"):
        assert f"`{file.parent.name}`" in readme, f"say in the README's «The house» what {file.parent.name} is for"


@pytest.mark.parametrize("record", sorted((DOCS / "decisions").glob("*.md")), ids=lambda file: file.name)
def test_a_decision_is_short_and_says_why(record: Path) -> None:
    lines = record.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 25, f"{record.name} has {len(lines)} lines: keep the reason, drop the rest"
    assert lines[0].startswith(f"# {int(record.name[:4])}. "), f"{record.name}: begin with «# number. title»"
    assert [part for part in DECISION if part in "\n".join(lines)] == list(DECISION), f"{record.name}: give {DECISION}"
