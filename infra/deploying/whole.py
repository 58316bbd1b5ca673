"""A whole deployment of a stage: firewall, stack, pages, second region, and whether it works then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.deploying import pages, releases, steps, traffic
from infra.deploying.bringing import NO_WATCH, Consent, NotAgreed, Watch, bring
from infra.deploying.changes import Change
from infra.deploying.formation import DidNotDeploy, Formation, Say
from infra.deploying.packages import Packages
from infra.deploying.releases import Release
from infra.deploying.stages import Stage
from infra.package import ROOT

FIREWALL_REGION = "us-east-1"
"""Where CloudFront looks for a web ACL."""


@dataclass(frozen=True)
class Wishes:
    """`version`: one that was deployed before; without, this checkout. `plan`: show, and bring packages alone."""

    version: str = ""
    plan: bool = False
    yes: bool = False
    let_go: Collection[str] = ()
    despite_alarms: bool = False


class Deployment:
    """`clients`: region → clients there. `say` is told every step. `made`: what there is to deploy."""

    def __init__(
        self,
        stage: Stage,
        clients: Callable[[str], steps.Clients],
        say: Say,
        wishes: Wishes,
        made: Callable[[Packages], Release] = releases.made,
    ) -> None:
        self._stage, self._clients, self._say, self._wishes, self._made = stage, clients, say, wishes, made
        self._here = clients(stage.region)
        self._done: list[str] = []

    def run(self) -> Sequence[str]:
        """What was done. Raises what `__main__.TROUBLE` names; the rest is then as it was."""
        stage = self._stage
        steps.check_account(stage, self._here)
        packages = Packages(self._here("s3"), stage.packages, stage.region, stage.account)
        if packages.made_ready():
            self._did(f"created the bucket of packages {stage.packages}")
        release = self._release(packages)
        formation = Formation(self._here("cloudformation"), stage.stack)
        self._stack(formation, packages, release)
        if self._wishes.plan:
            return self._done
        packages.keep(release.version, release.template, release.site)
        outputs = formation.outputs()
        self._pages(outputs, release)
        self._second_region(outputs)
        self._works()
        return self._done

    def _release(self, packages: Packages) -> Release:
        if self._wishes.version:
            return releases.former(packages, self._wishes.version)
        return self._made(packages)

    def _stack(self, formation: Formation, packages: Packages, release: Release) -> None:
        template, watch = self._shifted(formation, release.template)
        parameters = {**self._stage.all_parameters, **self._elsewhere()}
        where = {"TemplateURL": packages.templated(template)}
        self._say(f"change set of {formation.name}, {release.version}")
        changes = self._brought(formation, where, parameters, watch)
        how = "only planned" if self._wishes.plan else f"{len(changes)} resources" if changes else "nothing to change"
        self._did(f"{formation.name} in {self._stage.region}, {release.version}: {how}")

    def _shifted(self, formation: Formation, template: Mapping[str, Any]) -> tuple[Mapping[str, Any], Watch]:
        """How traffic comes to it, and which alarms take it back. Raises DidNotDeploy while one of them rings."""
        resources, alarms = formation.resources(), self._here("cloudwatch")
        rings = traffic.ringing(resources, alarms)
        if rings and not self._wishes.despite_alarms:
            raise DidNotDeploy(
                f"{', '.join(rings)} rings and would take any update back. If this is to end it: --despite-alarms"
            )
        if self._wishes.despite_alarms:
            return traffic.all_at_once(template), NO_WATCH
        shifted = template if self._stage.gradual_traffic else traffic.all_at_once(template)
        return shifted, Watch(traffic.triggers(resources, alarms), self._stage.watch_minutes)

    def _elsewhere(self) -> dict[str, str]:
        """Parameters that other stacks give: the firewall, which is brought first, and what copies backups."""
        found = {}
        if self._stage.firewall is not None:
            found["FirewallArn"] = self._firewall().get("FirewallArn", "")
        if self._stage.second_region:
            there = self._second().outputs()
            found |= {name: there[name] for name in ("CopyBucketArn", "CopyKeyArn") if name in there}
        return found

    def _firewall(self) -> dict[str, str]:
        formation = Formation(self._clients(FIREWALL_REGION)("cloudformation"), f"{self._stage.stack}-firewall")
        self._beside(formation, "infra/firewall.yaml", self._stage.firewall_parameters)
        return formation.outputs()

    def _second(self) -> Formation:
        there = self._clients(self._stage.second_region)("cloudformation")
        return Formation(there, f"{self._stage.stack}-second-region")

    def _second_region(self, outputs: Mapping[str, str]) -> None:
        """It needs the keys of the first; the first is told of its bucket the next time."""
        if not self._stage.second_region:
            return
        formation = self._second()
        is_new = not formation.outputs()
        self._beside(
            formation, "infra/second-region.yaml", {name: outputs[name] for name in ("FieldsKeyArn", "BackupsKeyArn")}
        )
        if is_new:
            self._did("backups are copied to the second region from the next deployment on: deploy once more")

    def _beside(self, formation: Formation, file: str, parameters: Mapping[str, str]) -> None:
        self._say(f"change set of {formation.name}")
        template = {"TemplateBody": (ROOT / file).read_text(encoding="utf-8")}
        if changes := self._brought(formation, template, parameters):
            self._did(f"{formation.name}: {len(changes)} resources")

    def _brought(
        self, formation: Formation, template: Mapping[str, str], parameters: Mapping[str, str], watch: Watch = NO_WATCH
    ) -> Sequence[Change]:
        """Of a plan: nothing. Raises NotAgreed otherwise."""
        consent = Consent(self._agreed, self._wishes.let_go)
        try:
            return bring(formation, template, parameters, consent, self._say, watch)
        except NotAgreed:
            if not self._wishes.plan:
                raise
            return ()

    def _agreed(self, changes: Sequence[Change]) -> bool:
        if self._wishes.plan or self._wishes.yes:
            return self._wishes.yes and not self._wishes.plan
        self._say(f"Type {self._stage.name} to do this, anything else to leave it:")
        return sys.stdin.readline().strip() == self._stage.name

    def _pages(self, outputs: Mapping[str, str], release: Release) -> None:
        bucket = outputs.get("PagesBucket")
        if not bucket:
            self._did("no pages: the stage has no domain")
            return
        brought, gone = pages.synced(self._here("s3"), bucket, release.site)
        self._did(f"{brought} pages brought to {bucket}, {gone} taken away; they are at {outputs['PagesAddress']}")

    def _works(self) -> None:
        if empty := steps.empty_secrets(self._stage, self._here):
            for name in empty:
                self._did(steps.how_to_fill(self._stage, name))
            return
        for line in steps.probed(self._stage.stack, self._here):
            self._did(line)

    def _did(self, line: str) -> None:
        self._say(line)
        self._done.append(line)
