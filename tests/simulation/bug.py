"""A bug to be planted, and where the checkers are."""

from __future__ import annotations

from dataclasses import dataclass

LIVE = "tests/api/test_live_counts.py::test_"
LEDGER = "tests/integration/test_ledger.py::test_"
PAYMENTS = "tests/api/test_payments.py::test_"
WEBHOOKS = "tests/api/test_webhooks.py::test_"
MONEY = "tests/api/test_money_path.py::test_"
ACCESS = "tests/api/test_access.py::test_"
DELETION = "tests/api/test_access_deletion.py::test_"
TRASH = "tests/api/test_access_trash.py::test_"
SESSIONS = "tests/api/test_access_sessions.py::test_"
CONTRACTS = "tests/contracts/test_webhooks.py::test_"
EVERY_CALL = "tests/simulation/test_every_call.py::test_"
AT_ONCE = "tests/concurrency/"
_PLAYS = ("tests/simulation/test_simulation.py", "tests/simulation/test_between_people.py")


@dataclass(frozen=True)
class Bug:
    """What is once in `file`, `line`, `becomes` another; `invariants` are numbers of docs/reference/guarantees.md."""

    name: str
    invariants: tuple[int, ...]
    file: str
    line: str
    becomes: str
    checkers: tuple[str, ...]
    seed: int | None = None
    """With which a play is known to have met it, where it is not the fixed one."""

    @property
    def is_played(self) -> bool:
        """Only a play looks for it: half a minute each."""
        return all(checker.startswith(_PLAYS) for checker in self.checkers)


def bug(
    name: str, invariants: tuple[int, ...], file: str, line: str, becomes: str, *checkers: str, seed: int | None = None
) -> Bug:
    return Bug(name, invariants, f"chalicelib/{file}", line, becomes, checkers, seed)
