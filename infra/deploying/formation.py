"""CloudFormation, a step at a time: propose a change set, read it, execute it, follow it to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.deploying.changes import Change, read

CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
BEFORE_ANYTHING = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE")
"""No resource is there: a change set was only looked at, or the first creation was taken back."""
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_LONGEST_PAUSE = 3.0
_HINTS = {
    "UPDATE_ROLLBACK_FAILED": "aws cloudformation continue-update-rollback --stack-name {name}, then again.",
    "ROLLBACK_FAILED": "Tables protect themselves, empty ones too. For each of {name}-… that is there:"
    " aws dynamodb update-table --no-deletion-protection-enabled --table-name …, then delete-table likewise."
    " Then delete the stack (aws cloudformation delete-stack --stack-name {name}), and deploy again.",
    "DELETE_FAILED": "Delete it (aws cloudformation delete-stack --stack-name {name}), then again.",
}

Say = Callable[[str], None]


class DidNotDeploy(RuntimeError):
    """CloudFormation's reasons, and how the stack stands now."""


@dataclass(frozen=True)
class Proposal:
    """A change set that can be executed. `changes` are empty if there is nothing to do; it is gone then."""

    id: str
    changes: Sequence[Change]
    creates: bool


@dataclass(frozen=True)
class Trigger:
    """An alarm that takes an update back; `kind` is its type in a template."""

    arn: str
    kind: str


class Formation:
    """One stack. `client`: of CloudFormation in its region."""

    def __init__(self, client: Any, name: str, pause_seconds: float = 0.2) -> None:
        self._client, self.name, self._pause_seconds = client, name, pause_seconds

    def found(self) -> dict[str, Any] | None:
        """What DescribeStacks says of it, or None."""
        try:
            stack: dict[str, Any] = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as refused:
            if "does not exist" in str(refused):
                return None
            raise
        return stack

    def outputs(self) -> dict[str, str]:
        stack = self.found() or {}
        return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", ())}

    def resources(self) -> list[dict[str, Any]]:
        """Logical and physical name, type and status of each; none of a stack that is not there."""
        if self.found() is None:
            return []
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return [one for page in pages for one in page["StackResourceSummaries"]]

    def propose(
        self,
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        triggers: Sequence[Trigger] = (),
        watch_minutes: int = 0,
    ) -> Proposal:
        """`template`: TemplateURL or TemplateBody. Raises DidNotDeploy if it cannot be read or is not its turn."""
        creates = self._made_ready()
        wish: dict[str, Any] = {
            "StackName": self.name,
            "ChangeSetName": f"deploy-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}",
            "ChangeSetType": "CREATE" if creates else "UPDATE",
            "Capabilities": CAPABILITIES,
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            **template,
        }
        if triggers and not creates:
            alarms = [{"Arn": one.arn, "Type": one.kind} for one in triggers]
            wish["RollbackConfiguration"] = {"RollbackTriggers": alarms, "MonitoringTimeInMinutes": watch_minutes}
        try:
            made = self._client.create_change_set(**wish)["Id"]
        except ClientError as refused:
            raise DidNotDeploy(str(refused)[-2000:]) from refused
        return self._read(made, creates)

    def discard(self, proposal: Proposal) -> None:
        """A stack that was only looked at goes with it."""
        self._client.delete_change_set(ChangeSetName=proposal.id, StackName=self.name)
        if proposal.creates and (self.found() or {}).get("StackStatus") == "REVIEW_IN_PROGRESS":
            self._client.delete_stack(StackName=self.name)

    def execute(self, proposal: Proposal, say: Say) -> None:
        """Until its end. Raises DidNotDeploy with the reasons if it was taken back."""
        before = self._newest_event()
        self._client.execute_change_set(
            ChangeSetName=proposal.id, StackName=self.name, RetainExceptOnCreate=proposal.creates
        )
        failed: list[str] = []
        for event in self._followed(before):
            if line := _worth_saying(event):
                say(line)
            failed += _reason(event)
            status = event["ResourceStatus"]
        if status not in DONE:
            raise DidNotDeploy("\n".join([self._how_it_ended(status), *failed]))

    def _made_ready(self) -> bool:
        """Whether it is to be created. Raises DidNotDeploy while something else is done to it."""
        status = (self.found() or {}).get("StackStatus", "DELETE_COMPLETE")
        if status == "ROLLBACK_COMPLETE":
            self._client.delete_stack(StackName=self.name)
            self._settled()
        elif status not in BEFORE_ANYTHING and not status.endswith("_COMPLETE"):
            what = _HINTS.get(status, "Somebody or something is at it; wait until that is done.")
            raise DidNotDeploy(f"The stack {self.name} is in {status}. {what.format(name=self.name)}")
        return status in BEFORE_ANYTHING

    def _settled(self) -> None:
        for pause in self._pauses():
            if not (self.found() or {}).get("StackStatus", "").endswith("IN_PROGRESS"):
                return
            time.sleep(pause)

    def _read(self, made: str, creates: bool) -> Proposal:
        for pause in self._pauses():
            told = self._client.describe_change_set(ChangeSetName=made, StackName=self.name)
            if told["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                break
            time.sleep(pause)
        if told["Status"] == "CREATE_COMPLETE":
            return Proposal(made, read(self._changes(made, told)), creates)
        nothing = any(reason in told.get("StatusReason", "") for reason in _NOTHING)
        self.discard(Proposal(made, (), creates))
        if not nothing:
            raise DidNotDeploy(f"{told['Status']}: {told.get('StatusReason', '')}")
        return Proposal("", (), creates)

    def _changes(self, made: str, first: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        yield from first["Changes"]
        token = first.get("NextToken")
        while token:
            page = self._client.describe_change_set(ChangeSetName=made, StackName=self.name, NextToken=token)
            yield from page["Changes"]
            token = page.get("NextToken")

    def _followed(self, before: str) -> Iterator[dict[str, Any]]:
        """Events as they come; the last one is the stack's own, with the status that it ends in."""
        for pause in self._pauses():
            for event in self._events_since(before):
                yield event
                before = event["EventId"]
                if self._ends(event):
                    return
            time.sleep(pause)

    def _ends(self, event: Mapping[str, Any]) -> bool:
        is_own = event["PhysicalResourceId"] == event["StackId"]
        return is_own and not event["ResourceStatus"].endswith("IN_PROGRESS")

    def _events_since(self, known: str) -> list[dict[str, Any]]:
        """Oldest first."""
        found: list[dict[str, Any]] = []
        for page in self._client.get_paginator("describe_stack_events").paginate(StackName=self.name):
            for event in page["StackEvents"]:
                if event["EventId"] == known:
                    return found[::-1]
                found.append(event)
        return found[::-1]

    def _newest_event(self) -> str:
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        return str(events[0]["EventId"]) if events else ""

    def _how_it_ended(self, status: str) -> str:
        if status == "UPDATE_ROLLBACK_COMPLETE":
            return f"{status}: it was rolled back, {self.name} is as it was before. Why:"
        if status == "ROLLBACK_COMPLETE":
            return f"{status}: it was rolled back, nothing of {self.name} is left. Why:"
        return f"{status}: {_HINTS.get(status, '').format(name=self.name)} Why:"

    def _pauses(self) -> Iterator[float]:
        """Without end, a little longer each time."""
        pause = self._pause_seconds
        while True:
            yield pause
            pause = min(pause * 1.2, _LONGEST_PAUSE)


def _worth_saying(event: Mapping[str, Any]) -> str:
    status = event["ResourceStatus"]
    if status.endswith("IN_PROGRESS") and "ROLLBACK" not in status:
        return ""
    reason = f": {event['ResourceStatusReason']}" if event.get("ResourceStatusReason") else ""
    kind = event["ResourceType"].removeprefix("AWS::")
    return f"{status:<24} {kind:<28} {event['LogicalResourceId']}{reason}"


def _reason(event: Mapping[str, Any]) -> list[str]:
    """Of what failed by itself; the rest is called off with it."""
    reason = event.get("ResourceStatusReason", "")
    if not event["ResourceStatus"].endswith("FAILED") or "cancelled" in reason:
        return []
    return [f"  {event['LogicalResourceId']}: {reason}"]
