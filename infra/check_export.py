"""Check an exported audit log: `python -m infra.check_export FILE FROM TO [--actor …] [--subject …] [--action …]`.

The period and the filters are those that the file was asked for with. The last link that is printed must be the one
that the log itself keeps of that export: action `audit-log.export`, fact `digest`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chalicelib.cases import exports
from chalicelib.cases.model_audit import Format, Wanted
from chalicelib.kernel import clock


def main(words: list[str] | None = None) -> int:
    """0 if every line follows from the one before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("since", metavar="FROM", type=clock.read)
    parser.add_argument("until", metavar="TO", type=clock.read)
    for name in ("actor", "subject", "action"):
        parser.add_argument(f"--{name}")
    asked = parser.parse_args(words)
    wanted = Wanted(asked.since, asked.until, asked.actor, asked.subject, asked.action)
    form: Format = "csv" if asked.file.suffix == ".csv" else "jsonl"
    text = asked.file.read_bytes().decode()
    last = exports.last_link(text, exports.first_link(wanted), form)
    print("The chain is broken." if last is None else f"The chain holds. Its last link: {last}")
    return 1 if last is None else 0


if __name__ == "__main__":
    sys.exit(main())
