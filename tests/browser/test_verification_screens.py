"""Being verified, from a refusal that says what would lift it to the tier; and the two queues of the office."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.verification_kit import JPEG, PATH
from tests.browser import kit, purse
from tests.browser.console_kit import console, heading, reason
from tests.browser.test_money_screens import signed_in, sound
from tests.browser.verifying import MALGRAVE, handed_in, taken_in

TOO_MUCH = 1_000_100
REFUSED = ("/v1/topups",)
WORDS = {
    "en": {
        "add": "Add an ID document",
        "more": "¥40,000.00 more per top-up",
        "title": "Verification",
        "month": "¥900,000.00 more a month",
        "lacking": "Type the number.",
        "checking": "Being checked",
        "accepted": "Accepted",
        "next": "Add a proof of address",
    },
    "zh": {
        "add": "补充身份证件",
        "more": "单次充值可多 ¥40,000.00",
        "title": "身份认证",
        "month": "每月增加 ¥900,000.00",
        "lacking": "请填写号码。",
        "checking": "审核中",
        "accepted": "已通过",
        "next": "补充地址证明",
    },
}


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_refusal_leads_to_what_lifts_it_and_a_document_does(
    browser: Browser, local: dict[str, Any], tmp_path: Path, language: str, scheme: str
) -> None:
    words, person = WORDS[language], kit.newcomer(local, language=language)
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = signed_in(context, local, person, quote(f"/topup?amount={TOO_MUCH}", safe=""))
        visit.refused += REFUSED
        page = visit.page
        page.locator("button.main").click()
        lift = page.locator("a.lift")
        expect(lift).to_contain_text(words["add"], timeout=kit.PATIENCE_MS)
        expect(lift).to_contain_text(words["more"])
        sound(visit, f"app-lifts-{language}-{scheme}")
        lift.click()
        purse.titled(visit, words["title"])
        visit.see(words["month"])
        sound(visit, f"app-verification-{language}-{scheme}")
        page.locator("a.button.main").click()
        expect(page.locator("#number")).to_be_visible(timeout=kit.PATIENCE_MS)
        page.locator("form button.main").click()
        visit.see(words["lacking"])
        sound(visit, f"app-verification-lacking-{language}-{scheme}")
        fill(page, tmp_path)
        sound(visit, f"app-verification-document-{language}-{scheme}")
        page.locator("form button.main").dblclick()
        visit.see(words["checking"])
        visit.asked = [one for one in visit.asked if "/documents/kyd_" not in one]
        sound(visit, f"app-verification-checking-{language}-{scheme}")
        taken_in(local)
        visit.see(words["accepted"])
        visit.see(words["next"])
        sound(visit, f"app-verification-accepted-{language}-{scheme}")
    (document,) = purse.owner(local, person).get(PATH).expect(200)["documents"]
    assert document["state"] == "accepted"


def fill(page: Page, folder: Path, number: str = "E1234500") -> None:
    picture = folder / "passport.jpg"
    picture.write_bytes(JPEG)
    page.locator("#number").fill(number)
    page.locator("#full_name").fill("Wang Xiaoming")
    page.locator("#born_on").fill("1990-05-01")
    page.locator("#expires_on").fill("2040-01-01")
    page.locator("#images").set_input_files(picture)


def test_a_refused_document_says_why_and_what_to_do(browser: Browser, local: dict[str, Any]) -> None:
    person = kit.newcomer(local)
    with kit.context(browser) as context:
        visit = signed_in(context, local, person)
        handed_in(local, person, number="E1234595")
        taken_in(local)
        purse.show(visit, "/me/verification", "Verification")
        visit.see("What you typed is not what is printed on it.")
        expect(visit.page.get_by_role("link", name="Add an ID document")).to_be_visible()
        sound(visit, "app-verification-refused-en-light")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_office_decides_about_a_possible_hit_and_about_a_document(
    browser: Browser, local: dict[str, Any], language: str
) -> None:
    hit, number = kit.newcomer(local), uuid.uuid4().hex[:6].upper()
    name = f"Viktor {number} Malgrave"
    handed_in(local, hit, full_name=name, born_on=MALGRAVE)
    taken_in(local)
    titles = {"en": ("Verification", "Possible hit on a list"), "zh": ("身份核验", "疑似命中名单")}[language]
    with console(browser, local, language) as visit:
        page = visit.page
        page.keyboard.press("g")
        page.keyboard.press("y")
        heading(page, titles[0])
        visit.see(name)
        visit.shot(f"console-verification-{language}")
        page.locator("tr", has_text=name).locator("a").first.click()
        heading(page, titles[1])
        visit.see("SBX-1")
        visit.shot(f"console-screening-{language}")
        page.locator(".deeds button").first.click()
        reason(page, "compared place of birth and photo")
        visit.answered()
        expect(page.locator(".deeds button")).to_have_count(0, timeout=kit.PATIENCE_MS)
        visit.shot(f"console-screening-cleared-{language}")
        waits = kit.newcomer(local)
        handed_in(local, waits, full_name=f"Wang {number}", number="E1234594")
        person = purse.owner(local, waits).get("/v1/me").expect(200)["id"]
        page.evaluate("path => { location.hash = path }", f"/people/{person}/documents")
        visit.see(f"Wang {number}")
        visit.shot(f"console-documents-{language}")
        page.locator(".deeds button").first.click()
        reason(page, "compared with the original")
        visit.answered()
        expect(page.locator(".deeds button")).to_have_count(0, timeout=kit.PATIENCE_MS)
        assert (visit.barriers(), visit.complaints) == ([], [])
    taken_in(local)
    assert [
        one["state"] for who in (hit, waits) for one in purse.owner(local, who).get(PATH).expect(200)["documents"]
    ] == ["accepted", "accepted"]
