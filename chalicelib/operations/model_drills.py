"""A drill: a backup brought back into fresh tables, compared with its manifest, and its books judged."""

from __future__ import annotations

from typing import Literal

import msgspec

from chalicelib.operations.model_backups import Tally

State = Literal["filling", "summing", "judging", "passed", "repaired", "refused", "failed"]
ENDED: tuple[State, ...] = ("passed", "repaired", "refused", "failed")
MOST_FINDINGS = 100
Remedy = Literal["repaired", "undone", "refused"]


class Finding(msgspec.Struct, frozen=True):
    """Something that was torn, whose, and what became of it. Ids and sums only: nothing personal."""

    what: str
    about: str
    remedy: Remedy
    detail: str = ""


class Judgement(msgspec.Struct, frozen=True):
    """`accounts` and `entries` were compared; `unfolded`: entries that the stream had not yet folded."""

    accounts: int = 0
    entries: int = 0
    movements: int = 0
    unfolded: int = 0
    findings: tuple[Finding, ...] = ()
    more: int = 0
    """Findings beyond the first hundred."""

    @property
    def verdict(self) -> Literal["passed", "repaired", "refused"]:
        if any(one.remedy == "refused" for one in self.findings):
            return "refused"
        return "repaired" if self.findings or self.more else "passed"


class Restored(msgspec.Struct, frozen=True):
    """One table: how many files are in, what was read back out of it, and whether that is what the manifest says."""

    table: str
    files: int = 0
    filled: bool = False
    tally: Tally = Tally()
    chain: str = ""
    cursor: str = ""
    summed: bool = False
    equal: bool = False


class Drill(msgspec.Struct, frozen=True):
    id: str
    state: State
    backup: str
    prefix: str
    as_of: str
    by: str
    begun_at: str
    tables: tuple[Restored, ...]
    ended_at: str = ""
    judgement: Judgement = Judgement()
    reason: str = ""
    number: int = 0
    cleared: bool = False
    """Its fresh tables are gone."""


class NewDrill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    backup_id: str | None = None


class DrillView(msgspec.Struct, frozen=True):
    """`seconds`: from its beginning to its end; 0 while it lasts."""

    id: str
    state: State
    backup_id: str
    as_of: str
    begun_at: str
    ended_at: str
    seconds: int
    items: int
    tables: int
    tables_equal: int
    accounts: int
    entries: int
    findings: tuple[Finding, ...]
    more_findings: int
    reason: str
    by: str


def view(drill: Drill, seconds: int) -> DrillView:
    judged, tables = drill.judgement, drill.tables
    items, equal = sum(one.tally.items for one in tables), sum(one.equal for one in tables)
    return DrillView(
        drill.id, drill.state, drill.backup, drill.as_of, drill.begun_at, drill.ended_at, seconds,
        items, len(tables), equal, judged.accounts, judged.entries,
        judged.findings, judged.more, drill.reason, drill.by,
    )  # fmt: skip
