"""What the schedule does to see that money moves; whoever deploys calls it too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chalicelib.operations import checking


def probe(at: datetime) -> Any:
    """{"steps": [{"step", "outcome", "milliseconds", "reason"}], "outcome": "good"|"bad"|"busy"|"off"}."""
    return msgspec.to_builtins(checking.run(at))
