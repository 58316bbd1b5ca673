"""An incident as whoever is on call finds it: the link of the page, the console's pages, and what customers read."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from chalicelib.operations import announcements
from infra.local import people
from infra.local.client import Client
from tests import alarm_kit
from tests.browser import kit
from tests.browser.console_kit import console, heading, token_of

READY = announcements.ready()["processor-down"]
CAUSE = {"en": "Its data centre lost power.", "zh": "其数据中心停电。"}
REMEDY = {"en": "Another bank took over at once.", "zh": "已立即改用另一家银行。"}


def done(page: Page) -> None:
    """Sends the dialog, which closes."""
    page.locator("dialog form > button").click()
    expect(page.locator("dialog")).to_have_count(0, timeout=kit.PATIENCE_MS)


def filled(page: Page, name: str, words: dict[str, str]) -> None:
    for tongue, text in words.items():
        page.locator(f"#{name}-{tongue}").fill(text)


def answered(browser: Browser, local: dict[str, Any], page_id: str) -> None:
    """By the link that came, on a phone where nobody has signed in."""
    anybody, contact = Client(local["api"]), local["people"]["operators"][0]["identifier"]
    (link,) = people.wait_for(lambda: alarm_kit.links(anybody, contact, page_id) or None, "a page", seconds=60)
    with kit.context(browser, "en", kit.SMALL_PHONE) as context:
        visit = kit.Visit(context, link)
        heading(visit.page, "You are asked to help")
        visit.page.get_by_role("button", name="I take it").click()
        visit.see(re.compile("^Yours since"))
        visit.see(READY.title.en)
        visit.shot("console-page-answered-phone-en")
        assert visit.barriers() == []
        assert visit.complaints == []


def told(page: Page) -> None:
    """The next step's ready sentences stand there, and follow the step that is chosen; they can be edited."""
    page.get_by_role("button", name="Tell everybody of it").click()
    expect(page.locator("#body-en")).to_have_value(READY.investigating.en)
    page.locator("#state").select_option("identified")
    expect(page.locator("#body-zh")).to_have_value(READY.identified.zh)
    page.locator("#title-en").fill("Top-ups of a drill are delayed")
    page.locator("#state").select_option("monitoring")
    page.locator("#state").select_option("identified")
    expect(page.locator("#body-en")).to_have_value(READY.identified.en)


def resolved(page: Page) -> None:
    """Not without why it was so and what mended it."""
    page.get_by_role("button", name="It is resolved").click()
    page.locator("#word").fill("resolve")
    page.locator("dialog form > button").click()
    expect(page.locator("[id$=-about].wrong")).to_have_count(4)
    expect(page.locator("#cause-en")).to_be_focused()
    filled(page, "cause", CAUSE)
    filled(page, "remedy", REMEDY)


def test_a_page_is_answered_by_its_link_and_the_incident_told_and_resolved(
    browser: Browser, local: dict[str, Any]
) -> None:
    with console(browser, local) as visit:
        page, operator = visit.page, Client(local["api"]).bearing(token_of(visit))
        draft = alarm_kit.drafted(local, operator)
        path = f"/v1/incidents/{draft['id']}"
        answered(browser, local, draft["page_id"])
        page.keyboard.press("g")
        page.keyboard.press("i")
        heading(page, "Incidents")
        drafts = page.get_by_role("region", name="Drafts, told nobody yet")
        row = drafts.locator("tr", has=page.locator(f"a[href='#/incidents/{draft['id']}']"))
        expect(row).to_contain_text(local["people"]["operators"][0]["display_name"], timeout=kit.PATIENCE_MS)
        row.get_by_role("link").click()
        heading(page, READY.title.en)
        told(page)
        visit.shot("console-incident-tell-en")
        assert visit.barriers() == []
        done(page)
        heading(page, "Top-ups of a drill are delayed")
        try:
            assert operator.get(path).expect(200)["state"] == "identified"
            expect(page.get_by_role("region", name="Timeline")).to_contain_text(READY.identified.en)
            resolved(page)
            visit.shot("console-incident-resolve-en")
            assert visit.barriers() == []
            done(page)
            expect(page.locator("main .summary")).to_contain_text("Resolved", timeout=kit.PATIENCE_MS)
        finally:
            over = {"state": "resolved", "cause": CAUSE, "remedy": REMEDY}
            operator.send("PATCH", path, over)
        kept = operator.get(path).expect(200)
        assert (kept["cause"], kept["remedy"], kept["body"]["zh"]) == (CAUSE, REMEDY, READY.resolved.zh)
        visit.see(REMEDY["zh"])
        visit.shot("console-incident-resolved-en")
        assert visit.barriers() == []
        assert [one for one in visit.complaints if "/affected" not in one] == [], "404 until somebody searches"


def test_somebody_is_put_on_call_by_name_and_taken_off_and_gaps_are_plain(
    browser: Browser, local: dict[str, Any]
) -> None:
    with console(browser, local) as visit:
        page, operator = visit.page, Client(local["api"]).bearing(token_of(visit))
        for one in operator.get("/v1/on-call/shifts?limit=100").expect(200)["data"]:
            operator.send("DELETE", f"/v1/on-call/shifts/{one['id']}")
        page.keyboard.press("g")
        page.keyboard.press("n")
        heading(page, "On call")
        visit.see("Nobody: a page goes to every admin")
        expect(page.locator(".gaps li")).to_have_count(1)
        page.get_by_role("button", name="Put somebody on call").click()
        name = local["people"]["operators"][0]["display_name"]
        page.locator("#person_id").select_option(label=f"{name} · Admin")
        visit.shot("console-shift-add-en")
        assert visit.barriers() == []
        done(page)
        visit.see("Somebody is on call all the time.")
        expect(page.locator("dd").first).to_have_text(name)
        page.get_by_role("button", name="Put somebody on call").click()
        page.locator("#person_id").select_option(label=f"{name} · Admin")
        page.locator("dialog form > button").click()
        expect(page.locator("#from-about")).to_contain_text("paged first", timeout=kit.PATIENCE_MS)
        page.get_by_role("button", name="Cancel").click()
        visit.shot("console-on-call-en")
        assert visit.barriers() == []
        page.get_by_role("button", name="Take off").click()
        done(page)
        visit.see("Nobody is on the rota: every page goes to every admin.")
        assert [one for one in visit.complaints if "422" not in one] == []
