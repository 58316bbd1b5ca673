"""`make timing` in small: each way in was answered for a known and an unknown name. What they come to is not judged."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_prints_both_medians_of_each_way_in() -> None:
    command = [sys.executable, "-m", "tests.bench.timing", "--tries", "9"]
    quiet = {**os.environ, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
    done = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=True)
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[3:])
    assert sorted(lines) == ["registration", "reset", "sign-in"]
    for name, numbers in lines.items():
        known, unknown, ratio = map(float, re.findall(r"[\d.]+", numbers))
        assert min(known, unknown) > 0, name
        assert abs(ratio - known / unknown) < 0.05 * ratio, f"{name}: {known} ms against {unknown} ms"
    assert float(lines["sign-in"].split()[0]) > float(lines["reset"].split()[0]), "Argon2 runs at its full cost"
