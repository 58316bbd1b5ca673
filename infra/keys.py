"""A new pair of token keys: `python -m infra.keys` prints what the stack's parameter and the *access* secret hold."""

from __future__ import annotations

import json
import secrets
from typing import Any

from joserfc.jwk import ECKey


def make() -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameter TokenPublicKeys (a JWKS, RFC 7517) and the secret that goes with it."""
    about: Any = {"kid": secrets.token_hex(8), "use": "sig", "alg": "ES256"}
    key = ECKey.generate_key("P-256", about)
    public, private = key.as_dict(private=False), key.as_dict(private=True)
    return {"keys": [public]}, {"signing_key": private, "pepper": secrets.token_hex(32)}


if __name__ == "__main__":
    jwks, secret = make()
    print(json.dumps({"TokenPublicKeys": json.dumps(jwks), "access secret": secret}, indent=2))
