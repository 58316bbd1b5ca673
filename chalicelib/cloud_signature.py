"""Signature Version 4 of one kind of request: POST / with a JSON body to a service named by `X-Amz-Target`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
botocore's signer takes any request apart to find what is fixed here; a test holds this one to the same signature.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    """`credentials`: botocore's, read anew for each request, since they may be refreshed."""

    def __init__(self, credentials: Any, service: str, region: str, host: str) -> None:
        self._credentials, self._service, self._region, self._host = credentials, service, region, host

    def signed(self, headers: dict[str, str], body: bytes, at: datetime) -> dict[str, str]:
        """`headers` (all of them in lower case, all of them signed) with date, token and signature."""
        frozen = self._credentials.get_frozen_credentials()
        moment = at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        signing = {**headers, "host": self._host, "x-amz-date": moment}
        if frozen.token:
            signing["x-amz-security-token"] = frozen.token
        names = sorted(signing)
        listed, told = ";".join(names), "".join(f"{name}:{signing[name]}\n" for name in names)
        canonical = f"POST\n/\n\n{told}\n{listed}\n{sha256(body).hexdigest()}"
        scope = f"{moment[:8]}/{self._region}/{self._service}/aws4_request"
        to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        key = _key(frozen.secret_key, moment[:8], self._region, self._service)
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        signing["authorization"] = (
            f"{_ALGORITHM} Credential={frozen.access_key}/{scope}, SignedHeaders={listed}, Signature={signature}"
        )
        return signing


@lru_cache(maxsize=4)
def _key(secret: str, day: str, region: str, service: str) -> bytes:
    """Good for a day."""
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
