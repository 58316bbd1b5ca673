"""What API Gateway's event says, read once: its REST proxy form, payload 1.0."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chalicelib.api import strict_json
from chalicelib.api.model import Headers
from chalicelib.kernel import clock, ids, text
from chalicelib.kernel.errors import InvalidRequest, MalformedJson, UnsupportedMediaType
from chalicelib.settings import settings

JSON = "application/json"
VIEWER = "cloudfront-viewer-"
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html"""

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """Whatever came in, known or not; nothing in it has been believed yet."""

    event: Event
    method: str
    request_id: str
    headers: Headers
    language: str
    at: datetime

    @property
    def source_address(self) -> str:
        """As CloudFront saw it, or else API Gateway; what X-Forwarded-For claims is not looked at."""
        viewer: str = self.headers.get(f"{VIEWER}address", "")
        if viewer:
            return viewer.rpartition(":")[0].strip("[]")
        address: str = (self.event["requestContext"].get("identity") or {}).get("sourceIp") or ""
        return address

    @property
    def seen_at_milliseconds(self) -> float:
        """When API Gateway saw it first; when we did, where that is not told."""
        seen: float = self.event["requestContext"].get("requestTimeEpoch") or self.at.timestamp() * 1000
        return seen

    def waited_milliseconds(self, at: datetime) -> float:
        """Since API Gateway saw it, or we did."""
        return max((at - self.at).total_seconds() * 1000, at.timestamp() * 1000 - self.seen_at_milliseconds)

    def path(self) -> dict[str, str]:
        return {name: _sound(value) for name, value in (self.event.get("pathParameters") or {}).items()}

    def raw(self) -> bytes:
        """The body's bytes as they were sent; PayloadTooLarge, or MalformedJson if API Gateway's coding is broken."""
        body = self.event.get("body") or ""
        try:
            raw = b64decode(body, validate=True) if self.event.get("isBase64Encoded") else body.encode()
        except ValueError as unreadable:
            raise MalformedJson from unreadable
        strict_json.check_size(raw)
        return raw

    def query(self, allowed: frozenset[str]) -> dict[str, str]:
        """Each parameter once and known, or InvalidRequest that names it."""
        found = {}
        for name, values in (self.event.get("multiValueQueryStringParameters") or {}).items():
            if name not in allowed or len(values) != 1:
                raise InvalidRequest(param=name[:100].encode("ascii", "backslashreplace").decode())
            strict_json.check_text(values[0], name)
            found[name] = values[0]
        return found

    def require_json(self) -> None:
        kind, _, parameters = self.headers.get("content-type", "").partition(";")
        charset = parameters.strip().lower().replace('"', "")
        if kind.strip().lower() != JSON or charset not in ("", "charset=utf-8"):
            raise UnsupportedMediaType


def request_of(event: Event) -> Request:
    context, at = event["requestContext"], clock.now()
    fields = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    sent = {_sound(name).lower(): _sound(", ".join(values)) for name, values in fields.items()}
    headers = Headers(sent if settings().viewer_headers == "cloudfront" else _without_viewer(sent))
    request_id = context.get("requestId") or ids.new("req", at)
    return Request(
        event, event["httpMethod"], request_id, headers, text.language_of(headers.get("accept-language")), at
    )


def _without_viewer(sent: dict[str, str]) -> dict[str, str]:
    """Anybody may send them where no CloudFront writes them anew."""
    return {name: value for name, value in sent.items() if not name.startswith(VIEWER)}


def _sound(text: str) -> str:
    """U+FFFD for lone surrogates, which bytes that are not UTF-8 become on their way here and no encoder takes."""
    return text if text.isascii() else text.encode(errors="surrogatepass").decode(errors="replace")


def target_of(template: str, parameters: Mapping[str, str]) -> str:
    """The one way to write the path that was called, however it was encoded on its way here."""
    target = template
    for name, value in parameters.items():
        target = target.replace("{" + name + "}", quote(value, safe=""))
    return target
