"""`make web`: what the pages weigh and how fast they are, as a real browser has them; 1 if a limit is broken.

Chromium with a processor four times as slow, before the local cloud: a fresh browser each time, medians of nine. Prints
the table and writes `build/web.json`. Weight: every script and style sheet that was fetched until the screen stood
still, gzipped one by one as CloudFront would; 1 kB is 1,000 bytes. Nothing is asked of the page before it stands still:
the tool's own scripts run there as slowly as the page's.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from infra.local import cloud
from tests.bench.measure import rows
from tests.bench.measure.rows import Row
from tests.browser import kit
from tests.browser.cast import Member, visit_as
from tests.browser.conftest import QUIET, chromium
from tests.screens import screens

ROOT = Path(__file__).resolve().parents[2]
TRIES, SLOWER = 9, 4
PAINT_MS, INTERACTION_MS = 1_000, 100
SHORTEST_MS = 16
"""Event Timing tells of nothing shorter (W3C Event Timing, §3.1)."""
_WATCH = """() => {
  const seen = (window.measured = { paint: 0, longest: 0, paintedAs: "" });
  new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    seen.paint = one.startTime;
    seen.paintedAs = one.element?.outerHTML.slice(0, 80) ?? "";
  })).observe({ type: "largest-contentful-paint", buffered: true });
  const longer = (list) => list.getEntries().forEach((one) => {
    if (one.interactionId) seen.longest = Math.max(seen.longest, one.duration);
  });
  new PerformanceObserver(longer).observe({ type: "event", durationThreshold: 16, buffered: true });
  new PerformanceObserver(longer).observe({ type: "first-input", buffered: true });
}"""


@dataclass(frozen=True)
class Subject:
    """A page to measure: who opens it, how large it may be, and what a person does there."""

    name: str
    path: str
    most_kb: int
    size: dict[str, int]
    act: Callable[[Page], None]
    member: Member | None = None


@dataclass
class Found:
    weight: dict[str, int] = field(default_factory=dict)
    paint: list[float] = field(default_factory=list)
    longest: list[float] = field(default_factory=list)


def subjects(local: dict[str, Any]) -> Iterator[Subject]:
    yield Subject("app, the first screen", "/app/", 70, kit.PHONE, _choose_a_language)
    yield Subject("app, home", "/app/", 70, kit.PHONE, _go_by_tabs, Member(local, "app"))
    yield Subject("till", "/till/", 70, kit.PHONE, _go_by_tabs, Member(local, "till"))
    if screens("console"):
        yield Subject("console", "/console/", 200, kit.DESK, _go_by_tabs, Member(local, "console"))


def _choose_a_language(page: Page) -> None:
    for name in ("中文", "English"):
        page.get_by_role("button", name=name).click()
    page.keyboard.press("Tab")
    page.locator("main a").first.click()


def _go_by_tabs(page: Page) -> None:
    links = page.locator("nav a")
    for number in range(min(links.count(), 4)):
        links.nth(number).click()
        page.wait_for_timeout(300)


def measured(browser: Browser, local: dict[str, Any], subject: Subject) -> Found:
    found = Found()
    for _ in range(TRIES):
        with kit.context(browser, "en", subject.size) as context:
            if subject.member:
                visit_as(context, subject.member.stored())
            page = context.new_page()
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            _visit(page, local["api"] + subject.path, subject.act, found)
    return found


def _visit(page: Page, address: str, act: Callable[[Page], None], found: Found) -> None:
    fetched: list[Response] = []
    page.on("response", lambda answer: fetched.extend([answer]))
    page.add_init_script(f"({_WATCH})()")
    page.goto(address, wait_until="networkidle")
    expect(page.locator("main h1").first).to_be_visible(timeout=kit.PATIENCE_MS)
    expect(page.locator(".waiting")).to_have_count(0, timeout=kit.PATIENCE_MS)
    page.wait_for_timeout(500)
    found.paint.append(page.evaluate("measured.paint"))
    assert found.paint[-1] > 0, "the browser told of no paint"
    found.weight = {one.url: _weight(one) for one in list(fetched) if _is_code(one)}
    act(page)
    page.wait_for_timeout(500)
    found.longest.append(max(SHORTEST_MS, page.evaluate("measured.longest")))


def _is_code(answer: Response) -> bool:
    return answer.request.resource_type in ("script", "stylesheet") and answer.ok


def _weight(answer: Response) -> int:
    return len(gzip.compress(answer.body(), 6))


def told(subject: Subject, found: Found) -> list[Row]:
    weight, paint, longest = sum(found.weight.values()) / 1000, median(found.paint), median(found.longest)
    return [
        Row(subject.name, "script and style, gzipped", "kB", round(weight, 1), limit=subject.most_kb),
        Row(subject.name, "largest contentful paint", "ms", round(paint), limit=PAINT_MS),
        Row(subject.name, "interaction to next paint", "ms", round(longest), limit=INTERACTION_MS),
    ]


@contextmanager
def _local() -> Iterator[dict[str, Any]]:
    """The one that runs, or one of our own; or the file that `COFFER_LOCAL` names."""
    if elsewhere := os.environ.get("COFFER_LOCAL"):
        yield json.loads(Path(elsewhere).read_text())
        return
    ours = cloud.status() != "running"
    yield cloud.up()
    if ours:
        cloud.down()


def main() -> int:
    found: list[Row] = []
    with _local() as local, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(QUIET))
        for subject in subjects(local):
            found += told(subject, measured(browser, local, subject))
        browser.close()
    target = ROOT / "build" / "web.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(rows.written(found), encoding="utf-8")
    print(rows.table(found))
    return 1 if rows.broken(found) else 0


if __name__ == "__main__":
    sys.exit(main())
