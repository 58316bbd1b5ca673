"""The pages, read as files: every sentence in both languages, nothing from elsewhere, nothing inline or missing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra import pages, preloads
from infra.pages import WEB
from tests.screens import screens
from tests.tidy.each import of_each

OWN = [file for file in pages.own_files() if file.name != "package-lock.json"]
SCRIPTS = [file for file in OWN if file.suffix == ".js"]
HTML = [file for file in OWN if file.suffix == ".html"]
TEXTS = sorted((WEB / "text").glob("*.json"))
AREAS = [file.parent.name for file in SCRIPTS if file.name == "screens.js"]
ALWAYS = {
    "app": {"shared", "app"},
    "console": {"shared", "console"},
    "till": {"shared", "till"},
    "status": {"shared", "status"},
}
"""The catalogues that a frame learns before it shows any screen."""
FOR_ANYBODY = {"shared.again", "shared.back", "shared.close", "shared.save"}
"""Words that every screen may take."""
GAP = re.compile(r"\{(\w+)\}")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'')
BUILT = re.compile(r"`((?:[\w.:-]|\$\{[^`{}]*\})+)`")
"""A key that is put together at run time."""
SPEAKS = re.compile(r"\b(?:say|sayOr|knows)\(\s*`((?:[\w.:-]|\$\{[^`{}]*\})+)`")
GAPS = re.compile(r"\$\{[^{}]*\}")
STORES = re.compile(r"\b(?:stored?|forget|forgetAll|onStored)\(\s*[\"'`][^\"'`]*[\"'`]")
"""What is kept in the browser has names that look like keys."""
STORED_AS = re.compile(r"\b(?:stored?|forget|forgetAll|onStored)\(\s*([A-Z_]+)\b")
KEY = re.compile(r"[a-z][\w-]*(?:\.[\w-]+)+")
ELSEWHERE = re.compile(r"(?:https?|wss?)://(?!www\.w3\.org/)[\w.-]+|[\"'(=]//[\w-]+\.\w")


def shown(file: Path) -> str:
    return str(file.relative_to(WEB))


@cache
def code(file: Path) -> str:
    return re.sub(r"(?m)^\s*//.*$", "", pages.without_comments(file.read_text(encoding="utf-8")))


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Of the pages' own catalogues."""
    return {key: said for file in TEXTS for key, said in json.loads(file.read_text(encoding="utf-8")).items()}


@cache
def keys_in(catalogue: str) -> frozenset[str]:
    """Of one catalogue by the name that `learn` takes."""
    file = pages.file_at(f"/text/{catalogue}.json")
    assert file, f"there is no catalogue {catalogue}"
    return frozenset(json.loads(file.read_text(encoding="utf-8")))


@cache
def known() -> frozenset[str]:
    """Every key there is, the API's own too."""
    api = {key for file in pages.CATALOGUES.glob("*.json") for key in json.loads(file.read_text(encoding="utf-8"))}
    return frozenset(sentences()) | api


def literals(file: Path) -> set[str]:
    """What could be a key, or a part of one: quoted texts."""
    return {one or other for one, other in LITERAL.findall(code(file))}


def built(file: Path) -> list[str]:
    """Keys with gaps, as patterns: `app.tab.${icon}` is `app.tab.*`."""
    found = [GAPS.sub("*", one) for one in BUILT.findall(code(file))]
    return [one for one in found if "*" in one and "." in one and "/" not in one]


def named(file: Path) -> set[str]:
    """Quoted texts that must be keys: they begin as keys of ours do."""
    rooms = {key.partition(".")[0] for key in sentences()}
    text = STORES.sub("", code(file))
    for name in {"NAME", *STORED_AS.findall(text)}:
        text = re.sub(rf"\bconst {name} =[^;]*;", "", text)
    found = {one or other for one, other in LITERAL.findall(text)}
    keys = {one for one in found if KEY.fullmatch(one) and one.partition(".")[0] in rooms and not _is_a_file(one)}
    return {one for one in keys if not any(key.startswith(one + ".") for key in sentences())}


def _is_a_file(name: str) -> bool:
    return name.rpartition(".")[2] in ("js", "json", "css", "svg", "html")


@of_each(TEXTS, shown)
def test_every_sentence_is_there_in_both_languages_with_the_same_gaps(file: Path) -> None:
    for key, said in json.loads(file.read_text(encoding="utf-8")).items():
        assert sorted(said) == ["en", "zh"], f"{shown(file)}: {key} needs exactly en and zh"
        assert all(said.values()), f"{shown(file)}: {key} says nothing"
        gaps = [set(GAP.findall(said[one])) for one in ("en", "zh")]
        assert gaps[0] == gaps[1], f"{shown(file)}: {key} fills different gaps in en and zh"


def test_a_key_stands_in_one_catalogue_only() -> None:
    """The tour has its own; no other page learns it."""
    files = [file for file in TEXTS if file.name != "tour.json"]
    stands = [(key, shown(file)) for file in files for key in json.loads(file.read_text(encoding="utf-8"))]
    twice = {key for key, _ in stands if sum(key == other for other, _ in stands) > 1}
    assert not twice, f"{sorted(twice)} stand in more than one catalogue: the later one wins by chance"


def test_no_key_is_written_twice() -> None:
    for file in TEXTS:
        names = re.findall(r'^  "([^"]+)":', file.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(names) >= len(json.loads(file.read_text(encoding="utf-8"))), f"{shown(file)}: one key on each line"
        assert len(names) == len(set(names)), f"{shown(file)}: {sorted({n for n in names if names.count(n) > 1})}"


@of_each(SCRIPTS, shown)
def test_every_key_that_a_script_names_exists(file: Path) -> None:
    missing = named(file) - known()
    assert not missing, f"{shown(file)} says {sorted(missing)}: write them into a catalogue of infra/web/text"
    for said in SPEAKS.findall(code(file)):
        pattern = GAPS.sub("*", said)
        assert any(fnmatchcase(key, pattern) for key in known()), f"{shown(file)}: no key is like {pattern}"


@of_each(SCRIPTS, shown)
def test_a_sentence_with_gaps_is_never_said_without_what_fills_them(file: Path) -> None:
    bare = re.findall(r'\bsay\("([^"]+)"\)', code(file))
    gaping = sorted({key for key in bare if GAP.search(sentences().get(key, {}).get("en", ""))})
    assert not gaping, f"{shown(file)} says {gaping} with gaps: give say their values"


def test_every_sentence_is_said_somewhere() -> None:
    """A key built at run time counts by its beginning; one that begins with a gap, by what the gap could be."""
    texts = {one for file in SCRIPTS for one in literals(file)}
    words = {word for file in SCRIPTS for word in re.findall(r"[\w-]+(?:\.[\w-]+)*", code(file))}
    patterns = {one for file in SCRIPTS for one in built(file)}
    said = texts | FOR_ANYBODY
    unsaid = sorted(key for key in sentences() if key not in said and not _built(key, patterns, words))
    assert not unsaid, f"nobody says {unsaid}: take them out of infra/web/text"


def _built(key: str, patterns: set[str], words: set[str]) -> bool:
    for pattern in patterns:
        if not fnmatchcase(key, pattern):
            continue
        rest = pattern.removeprefix("*")
        if rest == pattern or key.removesuffix(rest) in words:
            return True
    return False


@pytest.mark.parametrize("area", AREAS)
def test_a_screen_has_learnt_what_it_says(area: str) -> None:
    assert screens(area), "write the table SCREENS as the other area has it"
    for screen in screens(area):
        modules = set(screen.modules) | {other for module in screen.modules for other in _imported(module)}
        keys = {
            key for catalogue in ALWAYS[area] | set(screen.texts) | _learnt_by(modules) for key in keys_in(catalogue)
        }
        said = {key for module in modules for key in named(_file(module))}
        assert said <= keys, f"{screen} says {sorted(said - keys)} without their catalogue: name it in screens.js"


def _file(path: str) -> Path:
    file = pages.file_at(path)
    assert file, f"{path} is not there"
    return file


def _imported(path: str) -> set[str]:
    """The modules of ours that `path` needs before it runs, and those that they need."""
    found, waiting = set[str](), [path]
    while waiting:
        one = waiting.pop()
        asked = {other for other in pages.asked_by(one) if other.endswith(".js") and "$" not in other}
        new = {other for other in asked if not other.startswith("/packages/")} - found
        found |= new
        waiting += sorted(new)
    return found


def _learnt_by(modules: set[str]) -> set[str]:
    calls = [call for module in modules for call in re.findall(r"\blearn\(([^)]*)\)", code(_file(module)))]
    return {one or other for call in calls for one, other in LITERAL.findall(call)}


@pytest.mark.parametrize("area", AREAS)
def test_every_module_of_a_screen_is_shown_or_asked_for(area: str) -> None:
    told = {module for screen in screens(area) for module in screen.modules}
    asked = {one for file in SCRIPTS for one in pages.asked_by(f"/{shown(file)}")}
    there = {f"/{shown(file)}" for file in SCRIPTS if f"/{shown(file)}".startswith(f"/{area}/screens/")}
    assert there - told - asked == set(), "no address leads there: register it in screens.js or take it out"
    assert told <= there, f"screens.js of {area} names {sorted(told - there)}, which are not there"


@of_each([path for path in pages.paths() if "/packages/@scalar" not in path], str)
def test_whatever_a_file_asks_for_is_there(path: str) -> None:
    for asked in pages.asked_by(path):
        target = asked.partition("?")[0]
        if "://" in target or target in ("/docs", "/openapi.json") or not target.startswith("/"):
            continue
        if "$" in target:
            assert any(fnmatchcase(one, re.sub(r"\$\{[^}]*\}", "*", target)) for one in pages.paths()), asked
        else:
            assert pages.file_at(target), f"{path} asks for {asked}, which is not there"


@of_each(SCRIPTS, shown)
def test_whatever_a_script_imports_by_name_is_exported_there(file: Path) -> None:
    asked = [
        (address, name.split(" as ")[0].strip())
        for names, address in re.findall(r'import \{([^}]*)\} from "([^"]+)"', code(file))
        for name in names.split(",")
        if name.strip() and not address.startswith("/packages/")
    ]
    assert [one for one in asked if one[1] not in exports(one[0], file)] == []


def exports(address: str, asked_by: Path) -> set[str]:
    """Names that a script of ours exports."""
    source = code(_file(address) if address.startswith("/") else (asked_by.parent / address).resolve())
    lists = re.findall(r"(?m)^export (?:const )?\{([^}]*)\}", source)
    declared = re.findall(r"(?m)^export (?:async )?(?:const|let|function\*?|class) (\w+)", source)
    return set(declared) | {name.split(" as ")[-1].strip() for one in lists for name in one.split(",")}


def test_a_package_is_imported_in_shared_and_elsewhere_only_fetched_when_needed() -> None:
    for file in SCRIPTS:
        if file.parent.name != "shared":
            static = [one for one in pages.imported_by(f"/{shown(file)}") if one.startswith("/packages/")]
            assert not static, (
                f"{shown(file)} imports {static}: only shared/ may; ask there for it, or import it lazily"
            )


def test_a_package_is_named_by_one_script() -> None:
    named_by: dict[str, set[str]] = {}
    for file in SCRIPTS:
        for address in re.findall(r"""["'`](/packages/[^"'`]+)["'`]""", code(file)):
            named_by.setdefault(_package(address), set()).add(shown(file))
    assert {name: files for name, files in named_by.items() if len(files) > 1} == {}, "one asks, the others ask it"


def _package(address: str) -> str:
    return "/".join(address.removeprefix("/packages/").split("/")[: 2 if "/@" in address else 1])


def test_every_package_is_pinned_and_asked_for() -> None:
    listed = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    versions = listed["dependencies"] | listed["devDependencies"]
    assert {name for name, version in versions.items() if not re.fullmatch(r"[\d.]+", version)} == set()
    asked = {_package(path) for path in pages.paths() if path.startswith("/packages/")}
    later = {"uplot", "lean-qr"} - asked
    assert set(listed["dependencies"]) - later == asked


@of_each(OWN, shown)
def test_no_file_is_long_and_none_names_an_address_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, f"{shown(file)}: split it where its subject splits"
    assert not ELSEWHERE.findall(text), f"{shown(file)} names {ELSEWHERE.findall(text)}: nothing comes from elsewhere"


class _Inline(HTMLParser):
    """What a strict policy would stop: scripts and styles in the page, handlers in attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and not names.get("src")):
            self.found.append(f"<{tag}>")
        self.found += [name for name in names if name == "style" or name.startswith("on")]


@of_each(HTML, shown)
def test_a_page_has_nothing_inline(file: Path) -> None:
    parser = _Inline()
    parser.feed(file.read_text(encoding="utf-8"))
    assert parser.found == []


@of_each(SCRIPTS, shown)
def test_a_script_writes_no_style_and_no_handler_as_text_and_runs_no_text(file: Path) -> None:
    found = re.findall(
        r"\sstyle=[\"'`]|\son[a-z]+=[\"'`]|innerHTML|outerHTML|\beval\(|new Function|document\.write", code(file)
    )
    assert not found, f"{shown(file)} has {found}: the policy stops it, or somebody's text could become code"


@of_each(preloads.entries(), shown)
def test_a_page_names_at_its_head_all_that_its_first_screen_needs(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    assert preloads.renewed(html) == html, "`make format` writes those lines anew"
    assert preloads.lines(html) in html


def brand() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = json.loads((WEB / "brand.json").read_text(encoding="utf-8"))
    return found


def test_the_style_sheet_has_the_brands_colours() -> None:
    css = (WEB / "shared/base.css").read_text(encoding="utf-8")
    sheet = {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)}
    light, dark = (brand()["colours"][scheme] for scheme in ("light", "dark"))
    assert set(light) == set(dark)
    assert {name: sheet.get(name) for name in light} == {name: (light[name], dark[name]) for name in light}


@of_each([file for file in HTML if "data-area" in file.read_text(encoding="utf-8")], shown)
def test_the_browsers_own_frame_wears_the_brands_colours(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    themes = re.findall(r'name="theme-color" content="(#\w+)" media="\(prefers-color-scheme: (\w+)\)"', html)
    assert {scheme: colour for colour, scheme in themes} == {
        scheme: colours["paper"] for scheme, colours in brand()["colours"].items()
    }


def test_the_installed_app_has_the_brands_name_and_colour() -> None:
    manifest = json.loads((WEB / "app/manifest.webmanifest").read_text(encoding="utf-8"))
    paper = brand()["colours"]["light"]["paper"]
    assert (manifest["background_color"], manifest["theme_color"]) == (paper, paper)
    assert manifest["name"] == brand()["name"]["en"]
    assert manifest["scope"] == manifest["start_url"] == manifest["id"] == "/app/"


def test_the_sizes_of_icons_and_the_rest_of_the_manifest_are_files() -> None:
    icons = list(_icons())
    assert {purpose for _, purpose in icons} == {"any", "maskable"}
    assert [path for path, _ in icons if pages.file_at(path) is None] == []


def _icons() -> Iterator[tuple[str, str]]:
    for icon in json.loads((WEB / "app/manifest.webmanifest").read_text(encoding="utf-8"))["icons"]:
        yield icon["src"], icon["purpose"]
