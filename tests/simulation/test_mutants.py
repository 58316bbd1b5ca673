"""Every planted bug is caught by the checker that is named for it: a checker that cannot fail is not a checker."""

from __future__ import annotations

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.mutants import tried


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    verdict = tried(bug)
    assert verdict.caught, f"nothing noticed «{bug.name}»:\n{verdict.told[-2000:]}"
