"""The logs of the local cloud, as they grow."""

from __future__ import annotations

import re
import time

from infra.local import places, processes, stack

_NEWS = re.compile(r"ESM: Lambda (\S+) (processed|failed) .*|.*(ERROR|Traceback|\w+Error\b).*")


def follow(names: tuple[str, ...]) -> None:
    """Print what is new until interrupted, or until one of `names` is no more."""
    positions = {name: processes.log_of(name).stat().st_size for name in names}
    while set(names) <= set(processes.running()):
        _print_news(names, positions)
        time.sleep(0.3)
    _print_news(names, positions)


def _print_news(names: tuple[str, ...], positions: dict[str, int]) -> None:
    for name in names:
        for line in _fresh(name, positions):
            if name != "ministack" or _NEWS.search(line):
                print(f"{name:>10}  {line}", flush=True)


def _fresh(name: str, positions: dict[str, int]) -> list[str]:
    with processes.log_of(name).open("rb") as log:
        log.seek(positions[name])
        text = log.read()
    whole = text[: text.rfind(b"\n") + 1]
    positions[name] += len(whole)
    return whole.decode(errors="replace").splitlines()


def show(function: str, last_seconds: int = 600) -> None:
    """Print what `function` (money, access, settle …) logged lately."""
    from infra.local import cloud

    logs = stack.client("logs", cloud.local()["aws"]["endpoint"])
    group = f"/aws/lambda/{places.STACK}-{function.replace('_', '-')}"
    since = int((time.time() - last_seconds) * 1000)
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since):
        for event in page["events"]:
            if not event["message"].startswith(("START ", "END ", "REPORT ")):
                print(event["message"].rstrip())
