"""What whoever writes a merchant's server needs beside the local cloud.

    python -m infra.local.cli listen --forward-to http://127.0.0.1:4242/hook [--events payment.captured,checkout.paid]
    python -m infra.local.cli trigger payment.captured
    python -m infra.local.cli trigger --list

`listen` signs each event of the merchant with the secret that it prints, posts it and says what came of it, until
Ctrl-C; the next time it goes on where it stopped. `trigger` plays the real thing. `--merchant` before either chooses
another than the first.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from chalicelib.merchants.model_events import EVENT_TYPES
from infra.local import places, triggers
from infra.local.client import Client, NoAnswer, Unexpected
from infra.local.listening import Listener, Memory
from infra.local.people import TooLate

PAUSE_SECONDS = 1.0
_NOWHERE = "http://127.0.0.1:9/listen"
_ABOUT = "So that events are recorded for `listen`"


def main(words: list[str]) -> int:
    chosen = _parsed(words)
    try:
        local = json.loads(places.LOCAL_JSON.read_text())
        return int(chosen.act(chosen, local, _merchant(local, chosen.merchant)))
    except FileNotFoundError:
        return _told("No local cloud here: `make run` starts one.")
    except (Unexpected, NoAnswer, TooLate, ValueError) as error:
        return _told(str(error))
    except KeyboardInterrupt:
        return 0


def listen(chosen: argparse.Namespace, local: Mapping[str, Any], merchant: Mapping[str, Any]) -> int:
    """Until Ctrl-C."""
    till = Client(local["api"], merchant["api_key"])
    have_recorded(till, merchant["id"])
    memory = Memory.of(merchant["id"])
    types = frozenset(filter(None, chosen.events.split(",")))
    if unknown := sorted(types - set(EVENT_TYPES)):
        return _told(f"There is no event {', '.join(unknown)}: `trigger --list` names them.")
    listener = Listener(merchant["id"], chosen.forward_to, lambda path: till.get(path).expect(200), memory, types)
    print(f"{merchant['name']} → {chosen.forward_to}   secret {memory.secret}   (Ctrl-C ends)", flush=True)
    while True:
        for sent in listener.turn():
            print(f"{time.strftime('%H:%M:%S')}  {sent.line}", flush=True)
        time.sleep(PAUSE_SECONDS)


def trigger(chosen: argparse.Namespace, local: Mapping[str, Any], merchant: Mapping[str, Any]) -> int:
    if chosen.list or not chosen.event:
        print("\n".join(f"{name:<20} {what}" for name, (_, what) in triggers.TRIGGERS.items()))
        return 0
    if chosen.event not in triggers.TRIGGERS:
        return _told(f"There is no event {chosen.event}: see `trigger --list`.")
    stage = triggers.staged(local, merchant)
    have_recorded(stage.till, stage.merchant_id)
    play, _ = triggers.TRIGGERS[chosen.event]
    print("\n".join(f"{name:<12} {found}" for name, found in play(stage).items()))
    return 0


def have_recorded(till: Client, merchant_id: str) -> None:
    """Nothing is recorded of a merchant who has no endpoint: one that is disabled is enough, and is told nothing."""
    path = f"/v1/merchants/{merchant_id}/webhook-endpoints"
    if till.get(path).expect(200)["data"]:
        return
    types = [one for one in EVENT_TYPES if one != "ping"]
    made = till.insist(path, {"url": _NOWHERE, "event_types": types, "description": _ABOUT}).expect(201)
    till.send("PATCH", f"{path}/{made['id']}", {"state": "disabled"}).expect(200)


def _merchant(local: Mapping[str, Any], wanted: str) -> dict[str, Any]:
    """By id or by a part of the name; the first one if nothing is asked for. Raises ValueError."""
    known: list[dict[str, Any]] = local["people"]["merchants"]
    found = [one for one in known if wanted in (one["id"], "") or wanted.casefold() in one["name"].casefold()]
    if not found:
        raise ValueError(f"no merchant {wanted} here: {', '.join(one['name'] for one in known)}")
    return found[0]


def _parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.cli", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--merchant", default="", help="an id or a part of a name")
    acts = parser.add_subparsers(required=True)
    listening = acts.add_parser("listen", help="post events to a server on this machine")
    listening.add_argument("--forward-to", required=True, help="http://127.0.0.1:4242/hook")
    listening.add_argument("--events", default="", help="types, with commas between them; all without it")
    listening.set_defaults(act=listen)
    triggering = acts.add_parser("trigger", help="have an event happen")
    triggering.add_argument("event", nargs="?", default="")
    triggering.add_argument("--list", action="store_true", help="what can happen")
    triggering.set_defaults(act=trigger)
    return parser.parse_args(words)


def _told(what: str) -> int:
    print(what, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
