"""Every planted bug is caught by the checker that is named for it: a checker that cannot fail is not a checker.

Of bugs that only a play looks for one of each play stands here, and tests/concurrency/test_play.py has its own;
`make mutants` plants them all.
"""

from __future__ import annotations

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.mutants import tried

_FIRST = {bug.checkers: bug.name for bug in reversed(BUGS) if bug.is_played}
_AT_ONCE = "tests/concurrency/test_play.py"
HERE = [
    bug
    for bug in BUGS
    if bug.name in _FIRST.values() or not (bug.is_played or all(one.startswith(_AT_ONCE) for one in bug.checkers))
]


@pytest.mark.parametrize("bug", HERE, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    verdict = tried(bug)
    assert verdict.caught, f"nothing noticed «{bug.name}»:\n{verdict.told[-2000:]}"
