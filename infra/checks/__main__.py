"""`make security`: every scan, one after the other, and whatever nobody has given a reason for."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from infra.checks import locked, scans, suppressions
from infra.checks.suppressions import Finding


def main() -> int:
    steps = (("pins", locked.pins), ("zip", locked.zipped), ("layer", locked.layered), *scans.every())
    found = [one for name, scan in steps for one in _timed(name, scan)]
    standing, gone = suppressions.judged(found, suppressions.written())
    for one in standing:
        print(f"security: {one}", file=sys.stderr)
    for left in gone:
        print(f"security: take out of suppressions.toml what is found no more: {left}", file=sys.stderr)
    print(f"security: {len(found)} found, {len(found) - len(standing)} with a reason, {len(standing)} without")
    return 1 if standing or gone else 0


def _timed(name: str, scan: Callable[[], Sequence[Finding]]) -> Sequence[Finding]:
    started = time.monotonic()
    found = scan()
    print(f"security: {time.monotonic() - started:5.1f} s  {name}: {len(found)}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
