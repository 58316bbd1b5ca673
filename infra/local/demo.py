"""`make demo`: the main job over HTTP, as an app and a processor play it, then a storm against two handlers.

    python -m infra.local.demo [accounts|credit|failover|fraud|incident|insight|rewards|shop|social|restore|region]

In Chinese with DEMO_LANG=zh. `accounts` plays what can go wrong with access in its stead, `credit` a plan of
instalments through its life, `failover` a bank that goes down in the middle, `incident` the same from the alarm to its
remedy, `insight` from payments to a report and back to an entry, `shop` a day of a shop from onboarding to payout,
`social` an evening among friends, `rewards` points and a bonus, `restore` a wiped table that comes back from a backup,
`region` a region that is lost and rebuilt elsewhere.

Starts the local cloud if none is running and stops what it started. Exit 0 only if everything was as expected.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any

from infra.deploying.formation import DidNotDeploy
from infra.local import (
    cloud,
    demo_accounts,
    demo_backup,
    demo_credit,
    demo_failover,
    demo_fraud,
    demo_incident,
    demo_insight,
    demo_region,
    demo_restore,
    demo_rewards,
    demo_shop,
    demo_social,
    demo_storm,
    demo_story,
    people,
    processes,
)
from infra.local.client import NoAnswer, Unexpected
from infra.local.demo_story import Story
from infra.local.narration import GREEN, RED, Narrator, Wrong

KNOWN_TROUBLE = (
    Wrong, Unexpected, NoAnswer, people.TooLate, processes.DidNotStart, DidNotDeploy, demo_backup.Failed,
)  # fmt: skip


def play(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    story = Story(narrator, local)
    narrator.title("title.story")
    for step in demo_story.STEPS:
        step(story)
    narrator.title("title.storm", seed=seed)
    demo_storm.compare(narrator, seed)
    demo_story.prove_the_books(story)


def play_accounts(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    visit = demo_accounts.Visit(narrator, local)
    narrator.title("title.accounts")
    for step in demo_accounts.STEPS:
        step(visit)


def play_failover(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    outage = demo_failover.Outage(narrator, local)
    narrator.title("title.failover")
    for step in demo_failover.STEPS:
        step(outage)


def play_incident(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.incident")
    night = demo_incident.Night(narrator, local)
    for step in demo_incident.STEPS:
        step(night)


def play_shop(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.shop")
    day = demo_shop.Day(narrator, local)
    for step in demo_shop.STEPS:
        step(day)


def play_social(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.social")
    evening = demo_social.Evening(narrator, local)
    for step in demo_social.STEPS:
        step(evening)


def play_rewards(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.rewards")
    month = demo_rewards.Month(narrator, local)
    for step in demo_rewards.STEPS:
        step(month)


def play_credit(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.credit")
    months = demo_credit.Months(narrator, local)
    for step in demo_credit.STEPS:
        step(months)


def play_fraud(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.fraud")
    chase = demo_fraud.Chase(narrator, local)
    for step in demo_fraud.STEPS:
        step(chase)


def play_insight(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.insight")
    desk = demo_insight.Desk(narrator, local)
    for step in demo_insight.STEPS:
        step(desk)


def play_restore(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.restore")
    loss = demo_restore.Loss(narrator, local)
    with demo_backup.unprobed(local):
        for step in demo_restore.STEPS:
            step(loss)


def play_region(narrator: Narrator, local: dict[str, Any], seed: int) -> None:
    """Raises one of KNOWN_TROUBLE at the first thing that is not as expected."""
    narrator.title("title.region")
    with demo_region.opened(narrator, local) as regions:
        for step in demo_region.STEPS:
            step(regions)


ACTS = {
    "main": play,
    "accounts": play_accounts,
    "failover": play_failover,
    "fraud": play_fraud,
    "incident": play_incident,
    "insight": play_insight,
    "shop": play_shop,
    "social": play_social,
    "rewards": play_rewards,
    "credit": play_credit,
    "restore": play_restore,
    "region": play_region,
}


def main(act: str) -> int:
    language = "zh" if os.environ.get("DEMO_LANG", "en").startswith("zh") else "en"
    narrator, began = Narrator(language), time.monotonic()
    ours = cloud.status() != "running"
    narrator.title("title.cloud.start" if ours else "title.cloud.running")
    try:
        ACTS[act](narrator, cloud.up(), int(os.environ.get("DEMO_SEED", "7")))
    except KNOWN_TROUBLE as trouble:
        narrator.line("    " + narrator.painted(narrator.words("end.wrong", why=_why(narrator, trouble)), RED))
        return 1
    except KeyboardInterrupt:
        narrator.say("end.interrupted")
        return 130
    finally:
        if ours:
            cloud.down()
            narrator.say("end.stopped")
    text = narrator.words("end.right", seconds=f"{time.monotonic() - began:.0f}")
    narrator.line("\n" + narrator.painted(text, GREEN))
    return 0


def _why(narrator: Narrator, trouble: Exception) -> str:
    if isinstance(trouble, people.TooLate):
        return narrator.words("wrong.late", what=trouble.what, seconds=trouble.seconds)
    return str(trouble)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", nargs="?", default="main", choices=sorted(ACTS))
    sys.exit(main(parser.parse_args().act))
