"""One family of figures in a process of its own: `python -m tests.bench.measure.family NAME FILE`.

What handlers print goes to standard output, which whoever starts this throws away.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from tests.bench.measure import rows, setting


def main() -> None:
    name, file = sys.argv[1:]
    setting.prepare_environment()
    measured = import_module(f"tests.bench.measure.{name}").measure()
    Path(file).write_text(rows.written(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
