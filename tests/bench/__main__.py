"""One storm against one side, on the local cloud that runs: `python -m tests.bench ours|usual [--seed 7]`.

Prints a JSON line as it goes, {"done", "of"}, and the score at the end, {"score"}.
"""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from infra.local import cloud, places, stack
from tests.bench.storm import Storm, written


def _say(done: int, of: int) -> None:
    print(json.dumps({"done": done, "of": of}), flush=True)


def _environment() -> dict[str, str]:
    endpoint = cloud.local()["aws"]["endpoint"]
    return {
        **stack.environment(endpoint),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": places.ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": places.REGION,
        "AWS_REGION": places.REGION,
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    }


def _ours(run: str) -> Any:
    from tests.bench.side_ours import Ours

    return Ours()


def _usual(run: str) -> Any:
    from tests.bench.side_usual import Usual

    return Usual(run)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("side", choices=["ours", "usual"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--purchases", type=int, default=54)
    chosen = parser.parse_args()
    os.environ.update(_environment())
    side = {"ours": _ours, "usual": _usual}[chosen.side](f"usual-{os.getpid()}-{os.urandom(3).hex()}")
    try:
        score = Storm(side, chosen.seed, chosen.purchases, _say).run()
    finally:
        side.drop()
    print(json.dumps({"score": written(score)}), flush=True)


if __name__ == "__main__":
    main()
