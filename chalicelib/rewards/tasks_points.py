"""The consumer of the queue of points."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import queues
from chalicelib.rewards import earning
from chalicelib.rewards.model_points import CategoryOf


def earn(event: dict[str, Any], category_of: CategoryOf) -> dict[str, Any]:
    """Messages: {"entries": [{"id", "movement", "kind", "currency", "postings", "owner", "payee", "sk"}]}."""
    return queues.consume(event, lambda body: earning.hear(json.loads(body)["entries"], category_of))
