"""Red packets in the wallet app: made by one, opened by others, and every sum on the screens is the API's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from infra.local.people import Person
from tests.browser import kit, purse, transfer_kit
from tests.browser.test_modes import entered, went
from tests.browser.test_money_screens import signed_in, sound

REFUSED = ("/v1/payee-checks", "/v1/red-packets", "/v1/red-packets/")
WORDS = {
    "en": {
        "packet": "Red packet",
        "go": "Make it: ¥10.00",
        "sent": "Your red packet of ¥10.00",
        "open": "Open it",
        "from": "A red packet from A*** E.",
        "got": "You got ¥",
        "last": "Best luck",
        "none": "Nobody has opened it yet.",
        "all": "Every share is opened.",
        "late": "Red packet from A*** E.: too late",
    },
    "zh": {
        "packet": "红包",
        "go": "塞进红包 ¥10.00",
        "sent": "您的红包 ¥10.00",
        "open": "领取红包",
        "from": "**明 的红包",
        "got": "您领到 ¥",
        "last": "手气最佳",
        "none": "还没有人领取。",
        "all": "红包已被领完。",
        "late": "**明 的红包：来晚了",
    },
}


def moved(local: dict[str, Any], person: Person) -> list[tuple[str, int]]:
    """By red packets alone, newest first."""
    found = purse.entries(local, person)
    return [(one["kind"], one["amount"]) for one in found if one["kind"].startswith("red-packet")]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_a_packet_is_made_by_one_and_opened_by_others_and_all_see_who_has_what(
    browser: Browser, local: dict[str, Any], language: str, scheme: str
) -> None:
    words = WORDS[language]
    maker, first, second, late = (kit.newcomer(local, 20_000 * (at == 0), language) for at in range(4))
    with kit.context(browser, language, color_scheme=scheme) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in", REFUSED)
        entered(visit, maker, "social")
        page = went(visit, "/")
        page.get_by_role("link", name=words["packet"]).click()
        purse.titled(visit, words["packet"])
        page.locator("#amount").fill("10")
        page.locator("#shares").fill("2")
        page.locator("#greeting").fill("恭喜 Good luck")
        sound(visit, f"app-packet-make-{language}-{scheme}")
        page.locator("button.main").click()
        go = page.get_by_role("dialog").get_by_role("button", name=words["go"])
        expect(go).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-packet-sure-{language}-{scheme}")
        go.dblclick()
        purse.titled(visit, words["sent"])
        visit.see(words["none"])
        expect(page.locator("svg.qr")).to_be_visible(timeout=kit.PATIENCE_MS)
        sound(visit, f"app-packet-made-{language}-{scheme}")
        link = page.locator("code.secret").inner_text()
        place = quote(link.partition("#")[2], safe="")
        shares = []
        for person in (first, second):
            with kit.context(browser, language, color_scheme=scheme) as theirs:
                other = signed_in(theirs, local, person, place)
                purse.titled(other, words["from"])
                sound(other, f"app-packet-open-{language}-{scheme}")
                other.page.get_by_role("button", name=words["open"]).dblclick()
                expect(other.page.locator("h1")).to_contain_text(words["got"], timeout=kit.PATIENCE_MS)
                sound(other, f"app-packet-got-{language}-{scheme}")
                shares.append(moved(local, person))
        visit.page.reload()
        visit.see(words["all"])
        visit.see(words["last"])
        expect(page.locator(".rows > li")).to_have_count(2, timeout=kit.PATIENCE_MS)
        sound(visit, f"app-packet-all-{language}-{scheme}")
        with kit.context(browser, language, color_scheme=scheme) as theirs:
            other = signed_in(theirs, local, late, place)
            purse.titled(other, words["late"])
            other.see(words["last"])
            sound(other, f"app-packet-late-{language}-{scheme}")
    assert [[kind for kind, _ in one] for one in shares] == [["red-packet-claim"], ["red-packet-claim"]]
    assert sum(amount for one in shares for _, amount in one) == 1_000
    assert moved(local, maker) == [("red-packet", -1_000)]


def test_a_packet_for_people_by_name_is_theirs_alone(browser: Browser, local: dict[str, Any]) -> None:
    maker, friend, other, stranger = (
        kit.newcomer(local, 20_000),
        *(kit.newcomer(local) for _ in range(2)),
        kit.stranger(),
    )
    with kit.context(browser) as context:
        visit = signed_in(context, local, maker)
        visit.refused += REFUSED
        page = purse.show(visit, "/packets", "Red packet")
        page.locator("input[value=names]").check()
        page.locator("#identifier").fill(stranger.identifier)
        page.get_by_role("button", name="Add").click()
        visit.see("A red packet by name is for people with an account.")
        page.locator("#identifier").fill(friend.identifier)
        page.keyboard.press("Enter")
        expect(page.locator(".rows > li strong")).to_have_text(["A*** E."], timeout=kit.PATIENCE_MS)
        page.locator("input[value=equal]").check()
        page.locator("#amount").fill("201")
        visit.see("¥1.00 is missing in your wallet")
        page.locator("#amount").fill("6")
        sound(visit, "app-packet-names-en-light")
        page.locator("button.main").click()
        page.get_by_role("dialog").get_by_role("button", name="Make it: ¥6.00").click()
        purse.titled(visit, "Your red packet of ¥6.00")
        place = page.url.partition("#")[2]
    with kit.context(browser) as theirs:
        visit = signed_in(theirs, local, other, place)
        visit.refused += REFUSED
        purse.titled(visit, "No red packet for you here")
        visit.shot("app-packet-unknown-en-light")
    with kit.context(browser) as theirs:
        visit = signed_in(theirs, local, friend, place)
        visit.page.get_by_role("button", name="Open it").click()
        purse.titled(visit, "You got ¥6.00")
    assert moved(local, friend) == [("red-packet-claim", 600)]


def test_what_nobody_has_opened_in_time_came_back_and_both_read_it(browser: Browser, local: dict[str, Any]) -> None:
    maker, friend, late = kit.newcomer(local, 20_000), kit.newcomer(local), kit.newcomer(local)
    made = transfer_kit.packet(local, maker, 900, 3)
    claim = f"/v1/red-packets/{made['id']}/claims"
    purse.owner(local, friend).insist(claim, {"link": made["link"]}).expect(201)
    transfer_kit.goes_back(local, maker, made["id"])
    place = f"/packets/{made['id']}"
    with kit.context(browser) as context:
        visit = signed_in(context, local, maker, place)
        visit.see("Its time is over. ¥6.00 came back to your wallet.")
        expect(visit.page.locator(".rows > li")).to_have_count(1)
        sound(visit, "app-packet-returned-en-light")
    with kit.context(browser) as context:
        visit = signed_in(context, local, late, quote(f"{place}?link={made['link']}", safe=""))
        purse.titled(visit, "Red packet from A*** E.: too late")
        visit.see("What was left goes back to whoever made it.")
    assert moved(local, maker)[-1] == ("red-packet", -900)
    assert sum(amount for _, amount in moved(local, maker)) == -300


def test_what_cannot_be_made_is_said_beside_its_field(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = signed_in(context, local, kit.newcomer(local, 5_000))
        page = purse.show(visit, "/packets", "Red packet")
        page.locator("#amount").fill("0.02")
        page.locator("#shares").fill("3")
        page.locator("button.main").click()
        visit.see("Type at least ¥0.03: everybody needs something.")
        page.locator("#shares").fill("101")
        page.locator("button.main").click()
        visit.see("Type a number from 1 to 100.")
        page.locator("input[value=names]").check()
        page.locator("button.main").click()
        visit.see("Add at least one person.")
        sound(visit, "app-packet-wrong-en-light")
