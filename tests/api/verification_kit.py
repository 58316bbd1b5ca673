"""Documents as people hand them in."""

from __future__ import annotations

from typing import Any

from chalicelib import cloud
from chalicelib.kyc import store
from chalicelib.settings import settings
from tests.api.caller import Reply
from tests.api.world import Person, World

JPEG = b"\xff\xd8\xff" + b"\0" * 97
DOCUMENT: dict[str, Any] = {
    "kind": "identity-document",
    "country": "CN",
    "number": "E1234500",
    "full_name": "Wang Xiaoming",
    "born_on": "1990-05-01",
    "expires_on": "2040-01-01",
    "images": [{"type": "image/jpeg", "bytes": len(JPEG)}],
}
ADDRESS = {name: value for name, value in DOCUMENT.items() if name != "expires_on"} | {"kind": "proof-of-address"}
PATH = "/v1/me/verification"


def begin(person: Person, **more: Any) -> Reply:
    return person.phone.post(f"{PATH}/documents", DOCUMENT | more)


def put_images(person: Person, document_id: str, content: bytes = JPEG) -> None:
    document = store.find(person.id, document_id)
    assert document is not None
    for image in document.images:
        cloud.client("s3").put_object(Bucket=settings().documents_bucket, Key=image.key, Body=content)


def handed_in(person: Person, wish: dict[str, Any] = DOCUMENT, **more: Any) -> str:
    reply = person.phone.post(f"{PATH}/documents", wish | more)
    assert reply.status == 201, reply.raw
    document_id = str(reply.json["id"])
    put_images(person, document_id)
    assert person.phone.post(f"{PATH}/documents/{document_id}/submit").json["state"] == "checking"
    return document_id


def verified(world: World, person: Person, wish: dict[str, Any] = DOCUMENT, **more: Any) -> str:
    """Through the sweeps that it takes."""
    document_id = handed_in(person, wish, **more)
    later(world)
    return document_id


def later(world: World, seconds: int = 0) -> None:
    """So much later, and as many sweeps as what is due then takes."""
    world.clock.advance(seconds)
    for _ in range(4):
        world.sweep()
        world.clock.advance(1)


def standing(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = person.phone.get(PATH).json
    return found


def images_kept() -> int:
    return int(cloud.client("s3").list_objects_v2(Bucket=settings().documents_bucket)["KeyCount"])
