"""A change set as a person reads it, and what is not done without being named: letting go of what holds state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STATEFUL = frozenset(
    f"AWS::{kind}"
    for kind in (
        "DynamoDB::Table", "DynamoDB::GlobalTable", "KMS::Key", "KMS::ReplicaKey", "S3::Bucket", "SQS::Queue",
        "SecretsManager::Secret",
    )
)  # fmt: skip
"""What it holds is gone, or out of reach, with it. A queue holds what was not done yet."""
ALL = frozenset({"*"})
"""Lets go of anything: for a cloud whose state is nobody's."""
_ORDER = ("removed", "replaced", "perhaps replaced", "added", "changed")
_SHOWN_ONE_BY_ONE = 40


class LosesState(Exception):
    """Named are the resources that would go, and how to say that this is meant."""


@dataclass(frozen=True)
class Change:
    """`how`: added, changed, removed, replaced, perhaps replaced; `what`: which of its properties."""

    how: str
    name: str
    kind: str
    what: tuple[str, ...] = ()

    @property
    def loses_state(self) -> bool:
        return self.kind in STATEFUL and self.how not in ("added", "changed")

    def __str__(self) -> str:
        about = f"  ({', '.join(self.what)})" if self.what and self.how != "added" else ""
        mark = "   ← holds state" if self.loses_state else ""
        return f"{self.how:<17} {self.kind.removeprefix('AWS::'):<28} {self.name}{about}{mark}"


def read(told: Iterable[Mapping[str, Any]]) -> list[Change]:
    """`told`: Changes of DescribeChangeSet. The gravest come first."""
    found = [_read(one["ResourceChange"]) for one in told if one.get("Type", "Resource") == "Resource"]
    return sorted(found, key=lambda one: (_ORDER.index(one.how), one.kind, one.name))


def _read(told: Mapping[str, Any]) -> Change:
    details = (one.get("Target", {}) for one in told.get("Details", ()))
    what = {one.get("Name") or one.get("Attribute", "") for one in details}
    named = (told["LogicalResourceId"], told["ResourceType"], tuple(sorted(what - {""})))
    return Change(_how(told), *named)


def _how(told: Mapping[str, Any]) -> str:
    """`Dynamic` and `Import` change nothing that is there; a replacement may hang on what is not known before."""
    action = told["Action"]
    if action == "Modify":
        return {"True": "replaced", "Conditional": "perhaps replaced"}.get(told.get("Replacement", ""), "changed")
    return {"Add": "added", "Import": "added", "Remove": "removed"}.get(action, "changed")


def shown(changes: Collection[Change]) -> list[str]:
    """Lines: what goes or is replaced one by one, what is only added or changed by kind if there is much of it."""
    counts = Counter(one.how for one in changes)
    total = ", ".join(f"{counts[how]} {how}" for how in _ORDER if counts[how])
    grave = [one for one in changes if one.how not in ("added", "changed")]
    light = [one for one in changes if one.how in ("added", "changed")]
    if len(light) <= _SHOWN_ONE_BY_ONE:
        return [f"{total}:", *map(str, (*grave, *light))]
    by_kind = Counter((one.how, one.kind) for one in light)
    many = [f"{how:<17} {kind.removeprefix('AWS::'):<28} × {count}" for (how, kind), count in sorted(by_kind.items())]
    return [f"{total}:", *map(str, grave), *many]


def refuse_losses(changes: Iterable[Change], let_go: Collection[str]) -> None:
    """Raises LosesState unless each that holds state and would go is named in `let_go`."""
    lost = [one for one in changes if one.loses_state and one.name not in let_go]
    if lost and "*" not in let_go:
        named = "\n".join(f"  {one}" for one in lost)
        ways = " ".join(f"--let-go {one.name}" for one in lost)
        raise LosesState(f"This would let go of what holds state:\n{named}\nIf that is meant, say so: {ways}")
