"""Bodies reach the functions byte for byte through the gateway: what is not UTF-8 is refused, not repaired."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.client import Client
from tests.local import local

__all__ = ["local"]
WISH = {"identifier": "nobody@coffer.example", "password": "nobody's password"}


@pytest.fixture(scope="module")
def client(local: dict[str, Any]) -> Client:
    return Client(local["api"])


def test_a_body_that_is_not_utf_8_is_malformed_json(client: Client) -> None:
    body = json.dumps(WISH).encode().replace(b"nobody's", b"\xff")
    client.post("/v1/sessions", body).expect(400, "malformed-json")


def test_a_body_in_utf_8_is_understood(client: Client) -> None:
    client.post("/v1/sessions", {**WISH, "password": "没有人的密码"}).expect(401)


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/octet-stream"])
def test_answers_are_text_whatever_is_accepted(client: Client, accept: str) -> None:
    answer = client.send("GET", "/openapi.json", headers={"Accept": accept})
    assert answer.expect(200)["openapi"].startswith("3.")
