"""Coupons and compensation in the console: a template made, issued and stopped; an incident made up for by two."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from infra.local import people
from infra.local.client import Client
from tests.browser import coupon_kit, kit, purse, till_kit, withdrawal_kit
from tests.browser.console_kit import REFUSED, console, enter, heading, reason
from tests.browser.test_incidents import CAUSE, REMEDY


def told(page: Page, name: str, value: str) -> None:
    line = page.locator(".facts > div", has=page.locator("dt", has_text=name)).first
    expect(line.locator("dd")).to_contain_text(value, timeout=kit.PATIENCE_MS)


def only(page: Page, missing: str) -> None:
    """As a role sees it that lacks this permission."""

    def answer(route: Route) -> None:
        body = route.fetch().json()
        body["permissions"] = [one for one in body["permissions"] if one != missing]
        route.fulfill(json=body)

    page.route("**/v1/me/permissions", answer)


def test_a_template_is_made_issued_and_stopped_and_its_budget_is_told(browser: Browser, local: dict[str, Any]) -> None:
    person, name = kit.newcomer(local), f"Spring {uuid.uuid4().hex[:6]}"
    me = purse.owner(local, person).get("/v1/me").expect(200)["id"]
    with console(browser, local) as visit:
        page = visit.page
        page.keyboard.press("g")
        page.keyboard.press("w")
        heading(page, "Coupons")
        page.get_by_role("button", name="Make a template").click()
        page.locator("dialog form > button").click()
        expect(page.locator("#name-en")).to_be_focused()
        typed = {"name-en": name, "name-zh": "春季券", "terms-en": "Once.", "terms-zh": "限用一次。"}
        typed |= {
            "amount_off": "5",
            "minimum_spend": "10",
            "budget_count": "3",
            "budget_sum": "100",
            "valid_days": "30",
        }
        for field, text in typed.items():
            page.locator(f"#{field}").fill(text)
        visit.shot("console-coupon-make-en")
        assert visit.barriers() == []
        page.locator("dialog form > button").click()
        heading(page, name)
        visit.see("3 of 3 coupons can still be issued: ¥100.00 of ¥100.00.")
        page.get_by_role("button", name="Issue to people").click()
        page.locator("#campaign").fill("spring-2027")
        page.locator("#people").fill(f"{me}\nusr_01jzzzzzzzzzzzzzzzzzzzzzzz")
        visit.shot("console-coupon-issue-en")
        assert visit.barriers() == []
        reason(page, "to say thank you")
        issued = page.get_by_role("region", name="What became of it")
        expect(issued).to_contain_text("Has one")
        expect(issued).to_contain_text("Nobody by this id, or they have left")
        visit.see("2 of 3 coupons can still be issued: ¥95.00 of ¥100.00.")
        told(page, "On purchases of", "¥10.00")
        visit.shot("console-coupon-en")
        assert visit.barriers() == []
        page.get_by_role("button", name="Stop it").click()
        page.locator("#word").fill("stop")
        page.locator("dialog form > button").click()
        expect(page.locator(".summary .state")).to_have_text("Stopped", timeout=kit.PATIENCE_MS)
        expect(page.get_by_role("button", name="Issue to people")).to_have_count(0)
        page.goto(local["api"] + "/console/#/coupons")
        expect(page.locator("tr", has_text=name)).to_contain_text("Stopped", timeout=kit.PATIENCE_MS)
        visit.shot("console-coupons-en")
        assert (visit.barriers(), visit.complaints) == ([], [])
    assert [one["name"] for one in coupon_kit.mine(purse.owner(local, person)).values()] == [name]


@pytest.mark.parametrize(
    ("lacks", "stays", "gone"),
    [("rewards.keep", "Issue to people", "Stop it"), ("rewards.issue", "Stop it", "Issue to people")],
)
def test_who_may_not_is_offered_nothing(
    browser: Browser, local: dict[str, Any], lacks: str, stays: str, gone: str
) -> None:
    made = coupon_kit.template(local, **coupon_kit.named("Seen", "可见"))
    with console(browser, local) as visit:
        page = visit.page
        only(page, lacks)
        page.goto(local["api"] + f"/console/#/coupons/{made['id']}")
        page.reload()
        heading(page, made["name"]["en"])
        expect(page.get_by_role("button", name=stays)).to_be_visible(timeout=kit.PATIENCE_MS)
        expect(page.get_by_role("button", name=gone)).to_have_count(0)


def hit(local: dict[str, Any]) -> tuple[str, people.Person]:
    """An incident that is over and explained, and somebody whose top-up waited meanwhile."""
    office, person = till_kit.operator(local), kit.newcomer(local)
    phone = purse.owner(local, person)
    wallet = people.wallets(phone)[0]
    words = {"en": "A drill of making up.", "zh": "补偿演练。"}
    wish = {"severity": "minor", "title": {"en": "A drill", "zh": "演练"}, "body": words}
    incident = str(office.post("/v1/incidents", wish).expect(201)["id"])
    topup = {"wallet_id": wallet["id"], "amount": 10_000, "currency": wallet["currency"], "processor": "sandbox"}
    made = phone.insist("/v1/topups", topup | {"method": "manual"}).expect(201)
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    withdrawal_kit.say(local, "ledger", made["id"], "MOVEMENT", "created_at", long_ago)
    over = {"state": "resolved", "cause": CAUSE, "remedy": REMEDY}
    office.send("PATCH", f"/v1/incidents/{incident}", over).expect(200)
    return incident, person


def searched(local: dict[str, Any], incident: str) -> int:
    """How many the search found."""
    office, path = till_kit.operator(local), f"/v1/incidents/{incident}/affected"
    office.post(path, {}).expect(202)

    def look() -> dict[str, Any] | None:
        kit.swept(local)
        found: dict[str, Any] = office.get(path).expect(200)
        return found if found["state"] == "done" else None

    return int(people.wait_for(look, "who was affected", seconds=120)["people"])


def colleague(local: dict[str, Any]) -> dict[str, str]:
    """Another operator, who may decide."""
    person, secrets, client = kit.newcomer(local), list[str](), Client(local["api"])
    people.enrol(client, person, people.sign_in(client, person) or {}, secrets.append)
    found = till_kit.operator(local).post("/v1/people/searches", {"identifier": person.identifier}).json
    about = {"person_id": found["id"], "role": "finance", "reason": "decides with us"}
    till_kit.operator(local).insist("/v1/operators", about).expect(201)
    return {"identifier": person.identifier, "password": person.password, "totp_secret": secrets[0]}


def test_an_incident_is_looked_at_proposed_and_approved_by_somebody_else_and_reported(
    browser: Browser, local: dict[str, Any]
) -> None:
    incident, person = hit(local)
    made = coupon_kit.template(local, minimum_spend=0, **coupon_kit.named("Sorry", "致歉券"))
    path, refused = f"/console/#/incidents/{incident}", f"/v1/incidents/{incident}/"
    with console(browser, local) as visit:
        page = visit.page
        visit.refused = (*visit.refused, refused)
        page.goto(local["api"] + path)
        visit.see("Search first who was affected: those get a coupon.")
        many = searched(local, incident)
        page.reload()
        panel = page.get_by_role("region", name="Making up for it")
        panel.locator("#template").select_option(made["id"])
        told(page, "Costs at most", f"¥{5 * many}.00")
        visit.shot("console-compensation-preview-en")
        assert visit.barriers() == []
        panel.get_by_role("button", name="Propose it").click()
        reason(page, "they waited for an hour")
        expect(panel).to_contain_text("Waits for a second person", timeout=kit.PATIENCE_MS)
        visit.see("You proposed it: somebody else has to approve.")
        expect(panel.get_by_role("button", name="Approve")).to_have_count(0)
        visit.shot("console-compensation-proposed-en")
        assert (visit.barriers(), visit.complaints) == ([], [])
    with kit.context(browser, "en", kit.DESK) as context:
        visit = kit.Visit(context, local["api"] + "/console/", (refused, *REFUSED))
        enter(visit, colleague(local))
        page = visit.page
        page.goto(local["api"] + path)
        panel = page.get_by_role("region", name="Making up for it")
        panel.get_by_role("button", name="Approve").click()
        reason(page, "heard it myself", "issue")
        kit.swept(local)
        expect(panel.locator(".summary .state")).to_have_text("Issued", timeout=kit.PATIENCE_MS)
        told(page, "Those cost at most", f"¥{5 * many}.00")
        visit.shot("console-compensation-done-en")
        assert (visit.barriers(), visit.complaints) == ([], [])
    (coupon,) = coupon_kit.mine(purse.owner(local, person)).values()
    assert (coupon["name"], coupon["why"]) == (made["name"]["en"], "compensation")
