"""`make format`: each page names at its head all that its first screen needs, so that a browser fetches it at once and
not one import after the other. `python -m infra.preloads` writes those lines anew."""

from __future__ import annotations

import re
from pathlib import Path

from infra import pages

_LINES = re.compile(r'(?: *<link rel="(?:modulepreload|preload)" [^>]*>\n)')
_ENTRY = re.compile(r'<script type="module" async src="([^"]+)">')
_FIRST = re.compile(r'data-first="([^"]+)"')
_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_LEARNT = re.compile(r"\blearn\(([^)]*)\)")


def entries() -> list[Path]:
    """The pages that have a frame."""
    html = [file for file in pages.own_files() if file.suffix == ".html"]
    return [file for file in html if "data-area=" in file.read_text(encoding="utf-8")]


def lines(html: str) -> str:
    """For the page `html`: sheets that its sheets import, modules that its script and its first screen import, what the
    script fetches."""
    entry = _ENTRY.findall(html)[0]
    first = set(_FIRST.findall(html))
    modules = first | {one for root in (entry, *first) for one in needed(root)}
    sheets = sorted({one for sheet in _SHEET.findall(html) for one in pages.asked_by(sheet) if one.endswith(".css")})
    told = [f'<link rel="preload" href="{one}" as="style">' for one in sheets]
    told += [f'<link rel="modulepreload" href="{one}">' for one in sorted(modules - {entry})]
    told += [f'<link rel="preload" href="{one}" as="fetch" crossorigin="anonymous">' for one in fetched(entry)]
    return "".join(f"    {line}\n" for line in told)


def needed(entry: str) -> list[str]:
    """Every module that must be there before `entry` runs, itself left out; lazy imports are not among them."""
    found, waiting = set[str](), [entry]
    while waiting:
        new = set(pages.imported_by(waiting.pop())) - found - {entry}
        found |= new
        waiting += sorted(new)
    return sorted(found)


def fetched(entry: str) -> list[str]:
    """The brand and the catalogues that `entry` asks for before it shows anything."""
    file = pages.file_at(entry)
    named = _LEARNT.findall(file.read_text(encoding="utf-8")) if file else []
    return ["/brand.json", *(f"/text/{one}.json" for call in named for one in re.findall(r'"([\w/-]+)"', call))]


def renewed(html: str) -> str:
    """`html` with those lines after its last sheet, which all wait for, and nowhere else."""
    before, script, after = _LINES.sub("", html).partition('    <script type="module"')
    return before + lines(html) + script + after


def main() -> None:
    for file in entries():
        before = file.read_text(encoding="utf-8")
        file.write_text(renewed(before), encoding="utf-8")


if __name__ == "__main__":
    main()
