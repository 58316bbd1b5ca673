"""`make deploy STAGE=prod`: package, change set, consent, execution, pages, synthetic check; and what was done.

python -m infra.deploying --stage prod                    this checkout
python -m infra.deploying --stage prod --version 1a2b3c   what was deployed from that commit, byte for byte
python -m infra.deploying --stage prod --plan             print the change set; what runs stays as it is
"""

from __future__ import annotations

import argparse
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError

from infra.deploying import stages, steps
from infra.deploying.bringing import NotAgreed
from infra.deploying.changes import LosesState
from infra.deploying.formation import DidNotDeploy
from infra.deploying.packages import NoSuchVersion
from infra.deploying.releases import ChangedTree
from infra.deploying.whole import Deployment, Wishes

TROUBLE = (
    stages.WrongStage, steps.DoesNotWork, NotAgreed, LosesState, DidNotDeploy, NoSuchVersion, ChangedTree,
    BotoCoreError, ClientError,
)  # fmt: skip


def wished() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="infra.deploying", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", required=True, help="of infra/stages/")
    parser.add_argument("--version", default="", help="a version that was deployed before, to go back to it")
    parser.add_argument("--plan", action="store_true", help="print the change set, and bring packages alone")
    parser.add_argument("--yes", action="store_true", help="do not ask: somebody approved already")
    parser.add_argument("--let-go", action="append", default=[], metavar="NAME", help="a resource that may lose state")
    parser.add_argument("--despite-alarms", action="store_true", help="an alarm rings, and this is to end it")
    return parser.parse_args()


def main() -> int:
    chosen, started = wished(), time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {line}", flush=True)

    try:
        stage = stages.checked(stages.read(chosen.stage))
        wishes = Wishes(chosen.version, chosen.plan, chosen.yes, frozenset(chosen.let_go), chosen.despite_alarms)
        done = Deployment(stage, steps.clients, say, wishes).run()
    except TROUBLE as trouble:
        say(f"not deployed: {trouble}" if not isinstance(trouble, steps.DoesNotWork) else f"deployed, but:\n{trouble}")
        return 1
    print("\n".join(["", f"{chosen.stage}, in {time.monotonic() - started:.0f} s:", *(f"  {one}" for one in done)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
