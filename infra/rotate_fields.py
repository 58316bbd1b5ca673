"""`make rotate`: a new data key for personal fields, then everything sealed anew under it, while requests go on.

    python -m infra.rotate_fields            with the functions' environment, and credentials for the tables and key
    python -m infra.rotate_fields --local    the local cloud that runs here

Between the two it waits until no process can still seal with the key before. Older keys stay and go on opening what
they sealed, in the audit log for ever; a second run does no harm.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from itertools import chain

from chalicelib.identity import rotation, vault
from chalicelib.kernel import clock
from chalicelib.settlement import rotation as bank_accounts
from infra.local import places, stack


def rotate(wait_seconds: float) -> rotation.Page:
    """What was done in all; prints each step and page."""
    number = vault.turn()
    print(f"rotate: key {number} seals from now on; {wait_seconds:.0f} s until the last process knows", flush=True)
    clock.pause(wait_seconds)
    done = rotation.Page(0, 0, 0)
    for page in chain(rotation.reseal(number), bank_accounts.reseal(number, clock.now())):
        done = done.and_then(page)
        print(f"rotate: {done.items} items, {done.resealed} sealed anew, {done.overtaken} overtaken", flush=True)
    return done


def _enter_local_cloud() -> None:
    if not places.LOCAL_JSON.exists():
        sys.exit("rotate: no local cloud runs here: make run")
    endpoint = json.loads(places.LOCAL_JSON.read_text())["aws"]["endpoint"]
    own = {"AWS_ACCESS_KEY_ID": places.ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": places.REGION}
    os.environ.update(stack.environment(endpoint) | own)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--local", action="store_true")
    parser.add_argument("--wait", type=float, default=vault.KEPT.total_seconds(), metavar="SECONDS")
    chosen = parser.parse_args()
    if chosen.local:
        _enter_local_cloud()
    rotate(chosen.wait)


if __name__ == "__main__":
    main()
