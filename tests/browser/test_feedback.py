"""What everybody must know stands above every screen; how tasks went is told without saying who."""

from __future__ import annotations

import json
import uuid
from typing import Any

from playwright.sync_api import Browser, Request, expect

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import family_kit, kit
from tests.browser.test_modes import entered, went

NOBODY = {"task", "outcome", "seconds", "mode", "language", "score"}


def operator(local: dict[str, Any]) -> Client:
    olga, nobody = local["people"]["operators"][0], Client(local["api"])
    person = Person(olga["identifier"], olga["password"], olga["display_name"])
    tokens = people.sign_in(nobody, person, olga["totp_secret"])
    assert tokens
    return nobody.bearing(tokens["access_token"])


def events(visit: kit.Visit) -> list[dict[str, Any]]:
    """What the page tells from now on, as it is told."""
    told: list[dict[str, Any]] = []

    def heard(request: Request) -> None:
        if request.url.endswith("/v1/task-events"):
            assert "authorization" not in request.headers
            told.extend(json.loads(request.post_data or "{}")["events"])

    visit.page.on("request", heard)
    return told


def test_an_incident_stands_above_every_screen_in_the_readers_language_until_it_is_resolved(
    browser: Browser, local: dict[str, Any]
) -> None:
    title = {"en": f"Top-ups are slow {uuid.uuid4().hex[:6]}", "zh": "充值较慢"}
    body = {"en": "Money arrives some minutes late.", "zh": "到账会晚几分钟。"}
    office = operator(local)
    wish = {"severity": "minor", "title": title, "body": body, "ends_at": "2099-01-01T00:00:00Z"}
    incident = office.post("/v1/incidents", wish).expect(201)["id"]
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/")

        def shown() -> int | None:
            visit.page.reload()
            expect(visit.page.locator("main h1")).to_be_visible(timeout=kit.PATIENCE_MS)
            visit.page.wait_for_load_state("networkidle")
            return visit.page.get_by_text(title["en"]).count() or None

        try:
            people.wait_for(shown, "the banner", pause_seconds=2)
            expect(visit.page.get_by_role("status", name="Disruption")).to_contain_text("Until 1 Jan 2099")
            visit.shot("banner-en")
            assert visit.barriers() == []
            visit.page.get_by_role("button", name="中文").click()
            visit.see(body["zh"])
        finally:
            office.send(
                "PATCH", f"/v1/incidents/{incident}", {"state": "resolved", "cause": body, "remedy": body}
            ).expect(200)


def test_a_task_that_is_left_is_told_without_saying_who(browser: Browser, local: dict[str, Any]) -> None:
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        told = events(visit)
        entered(visit, kit.newcomer(local))
        went(visit, "/me/mode")
        with visit.page.expect_request(lambda sent: '"mode"' in (sent.post_data or ""), timeout=kit.PATIENCE_MS):
            went(visit, "/help")
        assert [(one["task"], one["outcome"]) for one in told] == [("sign-in", "completed"), ("mode", "abandoned")]
        assert all(set(one) <= NOBODY for one in told)


def test_after_a_task_one_question_is_asked_and_not_again_within_a_week(
    browser: Browser, local: dict[str, Any]
) -> None:
    home = family_kit.family(local, funds=500_000)
    approvals = [family_kit.waits(local, home, family_kit.LARGE + more) for more in range(2)]
    with kit.context(browser) as context:
        visit = kit.Visit(context, local["api"] + "/app/#/sign-in")
        told, page = events(visit), visit.page
        entered(visit, home.guardian)
        for approval in approvals:
            went(visit, f"/approvals/{approval}").get_by_role("button", name="Decline").click()
            page.get_by_role("dialog").get_by_role("button", name="Decline").click()
            expect(page.locator("dd").get_by_text("You declined")).to_be_visible(timeout=kit.PATIENCE_MS)
            if approval == approvals[0]:
                visit.shot("feedback-en")
                assert visit.barriers() == []
                page.get_by_role("button", name="4: easy").click()
            expect(page.get_by_text("How easy was that?")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        given = [(one["task"], one["outcome"], one.get("score")) for one in told]
        assert given[-2:] == [("approve", "completed", 4), ("approve", "completed", None)]
