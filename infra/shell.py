"""What the wallet app and the till need to open without a network, as `infra/web/<area>/shell.json`.

    python -m infra.shell

Every file of the area, what its page and modules name elsewhere, however deep, and the catalogues.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath

WEB = Path(__file__).parent / "web"
AREAS = ("app", "till")
_NAMED = re.compile(r"""["'(](/(?:app|till|shared|packages|brand|favicon)[\w@/.-]*\.\w+|\.{1,2}/[\w@/.-]+\.\w+)["')]""")
_QUOTED = re.compile(r'"((?:api/)?[\w-]+)"')


def list_of(area: str) -> Path:
    return WEB / area / "shell.json"


def wanted(area: str) -> list[str]:
    """Addresses, in order."""
    page, own = f"/{area}/", {f"/{area}/{name}" for name in ("index.html", "worker.js", "shell.json")}
    found = {name for path in (WEB / area).rglob("*") if path.is_file() and (name := _address(path)) not in own}
    waiting = [*found, f"/{area}/index.html"]
    while waiting:
        for name in _named(waiting.pop()):
            if name not in found | own:
                found.add(name)
                waiting.append(name)
    return sorted({page, *found, *_catalogues(found)})


def file_at(address: str) -> Path:
    if address.startswith("/packages/"):
        return WEB / "node_modules" / address.removeprefix("/packages/")
    return WEB / address.removeprefix("/")


def _address(path: Path) -> str:
    return f"/{path.relative_to(WEB).as_posix()}"


def _named(address: str) -> Iterator[str]:
    """What a page, a style sheet or a module names: absolutely, or beside itself."""
    path = file_at(address)
    if path.suffix in {".html", ".css", ".js", ".mjs", ".webmanifest"}:
        for name in _NAMED.findall(path.read_text(encoding="utf-8")):
            yield normpath(join(address, "..", name))


def _catalogues(modules: set[str]) -> Iterator[str]:
    """Those whose name some module has between quotation marks; `api/…` lie with the API."""
    ours = [
        file_at(name).read_text(encoding="utf-8")
        for name in modules
        if name.startswith(("/app/", "/till/", "/shared/"))
    ]
    for word in {word for text in ours for word in _QUOTED.findall(text)}:
        if word.startswith("api/") or (WEB / "text" / f"{word}.json").is_file():
            yield f"/text/{word}.json"


def main() -> None:
    for area in AREAS:
        list_of(area).write_text(json.dumps(wanted(area), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
