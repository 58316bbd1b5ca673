"""What the wallet app needs to open without a network, as `infra/web/app/shell.json`.

    python -m infra.shell

Every file of `app/`, what its page and modules name of `shared/` and `packages/`, however deep, and the catalogues.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath

WEB = Path(__file__).parent / "web"
LIST = WEB / "app" / "shell.json"
_PAGE, _OWN = "/app/", {"/app/index.html", "/app/worker.js", "/app/shell.json"}
_NAMED = re.compile(r"""["'(](/(?:app|shared|packages|brand|favicon)[\w@/.-]*\.\w+|\.{1,2}/[\w@/.-]+\.\w+)["')]""")
_QUOTED = re.compile(r'"((?:api/)?[\w-]+)"')


def wanted() -> list[str]:
    """Addresses, in order."""
    found = {name for path in (WEB / "app").rglob("*") if path.is_file() and (name := _address(path)) not in _OWN}
    waiting = [*found, "/app/index.html"]
    while waiting:
        for name in _named(waiting.pop()):
            if name not in found | _OWN:
                found.add(name)
                waiting.append(name)
    return sorted({_PAGE, *found, *_catalogues(found)})


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
    ours = [file_at(name).read_text(encoding="utf-8") for name in modules if name.startswith(("/app/", "/shared/"))]
    for word in {word for text in ours for word in _QUOTED.findall(text)}:
        if word.startswith("api/") or (WEB / "text" / f"{word}.json").is_file():
            yield f"/text/{word}.json"


def main() -> None:
    LIST.write_text(json.dumps(wanted(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
