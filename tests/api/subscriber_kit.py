"""Whoever wants to be told by e-mail how Coffer is: the links they get, and what they do with them."""

from __future__ import annotations

import re

from tests.api.caller import Reply
from tests.api.world import World
from tests.people import outbox


def ask(world: World, email: str, language: str = "en") -> Reply:
    return world.nobody.post("/v1/status/subscriptions", {"email": email, "language": language})


def links(email: str, deed: str) -> list[tuple[str, str]]:
    """Subscription and code of each link of that kind, oldest first."""
    found = [re.search(rf"/status/#/{deed}/(sub_\w+)/(\S+)", one["body"]) for one in outbox(email)]
    return [(one[1], one[2]) for one in found if one]


def asked(world: World, email: str, language: str = "en") -> tuple[str, str]:
    assert ask(world, email, language).status == 202
    return links(email, "confirm")[-1]


def confirm(world: World, subscription: str, code: str) -> Reply:
    return world.nobody.post(f"/v1/status/subscriptions/{subscription}/confirm", {"code": code})


def end(world: World, subscription: str, code: str) -> Reply:
    return world.nobody.post(f"/v1/status/subscriptions/{subscription}/end", {"code": code})


def subscribed(world: World, email: str, language: str = "en") -> str:
    """The subscription."""
    one, code = asked(world, email, language)
    assert confirm(world, one, code).status == 200
    return one


def ending(world: World, email: str) -> tuple[str, str]:
    """Of somebody who is told already, and asked once more: the link that ends it."""
    subscribed(world, email)
    world.clock.advance(1)
    assert ask(world, email).status == 202
    return links(email, "end")[-1]


def told(email: str) -> list[str]:
    """The subjects of what they were told of the status, oldest first."""
    return [
        one["subject"] for one in outbox(email) if "/status/#/end/" in one["body"] and "already" not in one["subject"]
    ]
