"""The second half of the demo: the same storm against the usual handler and against ours."""

from __future__ import annotations

from infra.local import scoreboard
from infra.local.narration import Narrator, Wrong


def compare(narrator: Narrator, seed: int) -> None:
    """Raises Wrong unless ours is flawless, and the usual one is not: a storm that harms nobody proves nothing."""
    scores = {}
    for side in ("usual", "ours"):
        with narrator.step(f"storm.{side}") as facts:
            scores[side] = scoreboard.storm(narrator, side, seed)
            facts.update(scores[side])
    scoreboard.show(narrator, scores["ours"], scores["usual"])
    if not scores["ours"]["flawless"]:
        raise Wrong(narrator.words("wrong.ours"))
    if scores["usual"]["flawless"]:
        raise Wrong(narrator.words("wrong.usual"))
    narrator.line()
