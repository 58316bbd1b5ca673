"""An archive on the real stack: made under the sweep's role, signed by the local KMS, fetched by its link alone."""

from __future__ import annotations

import json
import urllib.request
import uuid
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from infra import verify_archive
from infra.local import people, places, stack
from infra.local.client import Client
from infra.local.people import Person
from tests.local import local

__all__ = ["local"]
SCHEDULED = {"version": "0", "id": "1", "detail-type": "", "source": "", "account": "1", "time": "", "region": "",
             "resources": [], "detail": {}}  # fmt: skip


def status_of(url: str) -> int:
    """Loopback only: `url` comes from the local cloud."""
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def test_an_archive_is_made_signed_and_fetched_by_its_link_alone(local: dict[str, Any], tmp_path: Path) -> None:
    nobody, endpoint = Client(local["api"]), local["aws"]["endpoint"]
    name = f"archive-{uuid.uuid4().hex[:12]}@coffer.example"
    me = nobody.bearing(people.sign_up(nobody, Person(name, "a password of nobody", "Ann"))["access_token"])
    asked = me.post("/v1/me/exports").expect(202)["id"]
    stack.client("lambda", endpoint).invoke(FunctionName=f"{places.STACK}-sweep", Payload=json.dumps(SCHEDULED))
    found = people.wait_for(lambda: ready(me, asked), "the archive")
    archive, link = tmp_path / "archive.zip", found["download_url"]
    with urllib.request.urlopen(link) as answer:
        archive.write_bytes(answer.read())
    assert archive.stat().st_size == found["bytes"]
    assert "profile.json" in verify_archive.verify(archive, nobody.get("/v1/keys").expect(200))["files"]
    assert status_of(link.partition("?")[0]) == 403
    assert status_of(link.replace("X-Amz-Signature=", "X-Amz-Signature=0")) == 403


def ready(me: Client, export_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] = me.get(f"/v1/me/exports/{export_id}").expect(200)
    return found if found["status"] == "ready" else None
