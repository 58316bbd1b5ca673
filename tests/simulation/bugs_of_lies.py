"""Bugs about banks that lie, late or twice, and about customers who take money out."""

from __future__ import annotations

from tests.simulation.bug import bug

_PLAYED = "tests/simulation/test_simulation.py::test_a_fixed_seed_breaks_no_promise"

LIES = (
    bug(
        "what a bank has taken on counts as paid",
        (11,),
        "processors/asked.py",
        '.assign("state", "pending" if created.status == "pending" else "unknown")',
        '.assign("state", "succeeded" if created.status == "pending" else "unknown")',
        _PLAYED,
    ),
    bug(
        "what a bank says after the end is nobody's",
        (11,),
        "settlement/sending.py",
        '    if ledger.movement(payout_id)["state"] != event.kind.removeprefix("payout_"):\n',
        "    if event.reference is None:\n",
        _PLAYED,
    ),
    bug(
        "a withdrawal by a method that was taken back",
        (21,),
        "ledger/funding.py",
        'require("owner", "=", funding.owner).require("state", "=", OPEN)',
        'require("owner", "=", funding.owner)',
        "tests/api/test_funding_methods.py::test_one_that_was_removed_and_added_again_waits_again",
    ),
    bug(
        "a withdrawal that comes back to nobody",
        (2,),
        "settlement/outgoing.py",
        "        return Draft(None, (change,), entry, (failed,))\n",
        "        return Draft(None, (), None, (failed,))\n",
        _PLAYED,
    ),
)
