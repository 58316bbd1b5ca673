"""Entering a local cloud as its functions do: their environment, for tools that use the product's own code."""

from __future__ import annotations

import json
import os
import sys

from infra.local import places, stack


def enter() -> str:
    """The address of its AWS. Call before anything of the product is used."""
    if not places.LOCAL_JSON.exists():
        sys.exit("no local cloud runs here: make run")
    endpoint: str = json.loads(places.LOCAL_JSON.read_text())["aws"]["endpoint"]
    own = {"AWS_ACCESS_KEY_ID": places.ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": places.REGION}
    os.environ.update(stack.environment(endpoint) | own)
    return endpoint
