"""The pages as they are served: which file stands at which path, what it asks for, and what a browser may do with it.

The local front door, `infra.publish` and the tests read them by this; `infra/template.yaml` says the same of the cloud.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "infra" / "web"
CATALOGUES = ROOT / "chalicelib" / "kernel" / "catalogues"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self' {uploads}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), publickey-credentials-create=(self), publickey-credentials-get=(self), "
        "geolocation=(), microphone=(), payment=(), usb=()"
    ),
}

TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".webmanifest": "application/manifest+json"}
DOCS_PACKAGE = "/packages/@scalar/api-reference/dist/browser/standalone.js"
"""What `chalicelib.api.docs_page` asks for; no page of ours does."""
_ASKS = {
    ".js": re.compile(r"""(?<!["'`-])(?:\bfrom\s*|\bimport\s*\(?\s*)["'`]([^"'`\n]+)["'`]"""),
    ".html": re.compile(r"""\b(?:src|href)="([^"#]+)\""""),
    ".css": re.compile(r"""url\(["']?([^"')]+)["']?\)"""),
    ".webmanifest": re.compile(r""""src":\s*"([^"]+)\""""),
}
_ASKS[".mjs"] = _ASKS[".js"]
_STATIC = re.compile(r"""(?<!["'`-])(?:\bfrom\s*|\bimport\s*)["']([^"'\n]+)["']""")


def security(uploads: str) -> dict[str, str]:
    """The headers of every page. `uploads`: the origins of the links that take files from a browser."""
    return {"Content-Security-Policy": _POLICY.format(uploads=uploads), **_SECURITY}


def file_at(path: str, web: Path = WEB, catalogues: Path = CATALOGUES) -> Path | None:
    """The file shown at `path`; None if there is none or it lies elsewhere."""
    root, name = web, path.removeprefix("/")
    if name.startswith("packages/"):
        name = "node_modules/" + name.removeprefix("packages/")
    if name.startswith("text/api/"):
        root, name = catalogues, name.removeprefix("text/api/")
    try:
        file = (root / name).resolve()
        file = file / "index.html" if file.is_dir() else file
        return file if file.is_relative_to(root) and file.is_file() else None
    except (OSError, ValueError):
        return None


def content_type(file: Path) -> str:
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return kind + ("; charset=utf-8" if kind.startswith("text/") or kind.endswith("json") else "")


def paths() -> list[str]:
    """Of everything that the site is made of: our files, the catalogues, and of packages what those ask for."""
    found = {f"/{file.relative_to(WEB).as_posix()}" for file in own_files() if not file.name.startswith("package")}
    found |= {f"/text/api/{file.name}" for file in CATALOGUES.glob("*.json")} | {DOCS_PACKAGE}
    waiting = sorted(found)
    while waiting:
        path = waiting.pop()
        new = {one for one in asked_by(path) if one.startswith("/packages/")} - found
        found |= new
        waiting += sorted(new)
    return sorted(found)


def own_files() -> list[Path]:
    """What lies in `infra/web`, packages left out."""
    return sorted(file for file in WEB.rglob("*") if file.is_file() and "node_modules" not in file.parts)


def imported_by(path: str) -> list[str]:
    """The modules that the one at `path` imports before it runs."""
    file = file_at(path)
    text = without_comments(file.read_text(encoding="utf-8")) if file else ""
    return [_from(path, one) for one in _STATIC.findall(text)]


def asked_by(path: str) -> list[str]:
    """The paths that the file at `path` names: imports, lazy ones too, links and pictures; `${…}` as it is written."""
    file = file_at(path)
    pattern = _ASKS.get(PurePosixPath(path).suffix)
    if file is None or pattern is None or path == DOCS_PACKAGE:
        return []
    named = pattern.findall(without_comments(file.read_text(encoding="utf-8")))
    return [_from(path, one) for one in named if not one.startswith("data:")]


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def _from(path: str, named: str) -> str:
    """`named` in the file at `path`, from the root."""
    if not named.startswith("."):
        return named
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / named).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return str(PurePosixPath(*parts))
