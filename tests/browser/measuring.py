"""What a ruler and a keyboard find on a page: targets that are too small, what Tab does not reach or does not show."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_PRESSED = (
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=switch], [role=tab]"
)
_REACHED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
_TARGETS = """([pressed, least]) => {
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const inText = (one) => one.matches("a[href]") && getComputedStyle(one).display === "inline" &&
    one.parentElement.textContent.trim().length > one.textContent.trim().length;
  const larger = (a, b) => (a.width * a.height > b.width * b.height ? a : b);
  const box = (one) => {
    const boxes = [one, ...(one.labels ?? [])].map((part) => part.getBoundingClientRect());
    return one.matches("[type=checkbox], [type=radio]") ? boxes.reduce(larger) : boxes[0];
  };
  return [...document.querySelectorAll(pressed)]
    .filter((one) => shown(one) && !inText(one))
    .map((one) => ({ one, at: box(one) }))
    .filter(({ at }) => at.right > 1 && at.width > 1 && at.height > 1)
    .filter(({ at }) => at.width < least - 0.5 || at.height < least - 0.5)
    .map(({ one, at }) => `${Math.round(at.width)}×${Math.round(at.height)} ${one.outerHTML.slice(0, 120)}`);
}"""
_NUMBER = """(reached) => {
  const names = new Set();
  const first = (one) => one.type !== "radio" || !names.has(one.name) && names.add(one.name);
  const all = [...document.querySelectorAll(reached)].filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.disabled && one.tabIndex >= 0 && first(one));
  all.forEach((one, at) => (one.dataset.walk = at));
  return Object.fromEntries(all.map((one) => [one.dataset.walk, one.outerHTML.slice(0, 120)]));
}"""
_FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const group = one.type === "radio" && document.querySelector(`[type=radio][name="${one.name}"][data-walk]`);
  const shown = outlined || style.boxShadow !== "none";
  return { walk: (group || one).dataset.walk ?? null, shown, html: one.outerHTML.slice(0, 120) };
}"""
_MOST = 150


def small_targets(page: Page, least: int) -> list[str]:
    """Whatever can be pressed and is narrower or lower than `least` CSS pixels; links in running text may be."""
    found: list[str] = page.evaluate(_TARGETS, [_PRESSED, least])
    return found


def keyboard_barriers(page: Page) -> list[str]:
    """Walks the page by Tab: what is never reached, and what does not show that it is."""
    page.evaluate("document.activeElement?.blur()")
    left: dict[str, str] = page.evaluate(_NUMBER, _REACHED)
    found, visited = list[str](), set[str]()
    rounds, before = 0, ""
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        now: dict[str, Any] | None = page.evaluate(_FOCUSED)
        if now is None and rounds == 0:
            rounds = 1  # the walk began where the screen had put the focus: once more from the top
            continue
        if now and now["walk"] == before:
            continue  # a date has stops of its own: day, month, year, calendar
        if now is None or now["walk"] in visited:
            break
        before = now["walk"]
        visited.add(now["walk"])
        if not now["shown"]:
            found.append(f"no focus to be seen: {now['html']}")
    return found + [f"never reached by Tab: {html}" for walk, html in left.items() if walk not in visited]
