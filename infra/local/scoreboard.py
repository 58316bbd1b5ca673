"""The same storm against both handlers, and what is left of them afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from chalicelib.kernel import money
from infra.local import places
from infra.local.narration import GREEN, RED, Narrator, Wrong, bar, padded

BAR_COLUMNS = 16
LABEL_COLUMNS = 40
SIDE_COLUMNS = 26
CURRENCY = "CNY"
_ROWS = (
    ("charged_once", "purchases", "purchases"),
    ("charged_twice", "purchases", 0),
    ("not_charged", "purchases", 0),
    ("unrecorded", "purchases", 0),
    ("unsettled", "purchases", 0),
    ("answers_differ", "purchases", 0),
    ("unanswered", "purchases", 0),
    ("drained", "affords", "affords"),
)
"""What is counted, out of what, and what it should be."""
Score = dict[str, Any]


def storm(narrator: Narrator, side: str, seed: int) -> Score:
    """In a process of its own, which may die without harm; says how far it is."""
    command = [sys.executable, "-m", "tests.bench", side, "--seed", str(seed)]
    with subprocess.Popen(command, cwd=places.ROOT, stdout=subprocess.PIPE, text=True) as process:
        score = _listen(narrator, process, narrator.words(f"storm.{side}.now"))
    if score is None:
        raise Wrong(narrator.words("wrong.storm", status=process.returncode))
    return score


def _listen(narrator: Narrator, process: subprocess.Popen[str], text: str) -> Score | None:
    score: Score | None = None
    for line in process.stdout or ():
        told = json.loads(line)
        score = told.get("score")
        if score is None:
            narrator.progress(f"{text} {told['done']}/{told['of']}")
    return score


def show(narrator: Narrator, ours: Score, usual: Score) -> None:
    sides = [narrator.words("score.ours"), narrator.words("score.usual")]
    narrator.line("\n  " + padded("", LABEL_COLUMNS) + "".join(padded(side, SIDE_COLUMNS) for side in sides))
    for row, whole, wanted in _ROWS:
        label = narrator.words(f"score.{row}", taps=ours["taps"], affords=ours["affords"])
        cells = [_cell(narrator, score, row, whole, wanted) for score in (ours, usual)]
        narrator.line("  " + padded(label, LABEL_COLUMNS) + "".join(cells))
    for row in ("overcharged", "off_by"):
        cells = [_painted(narrator, money.shown(score[row], CURRENCY), score[row] == 0) for score in (ours, usual)]
        narrator.line("  " + padded(narrator.words(f"score.{row}"), LABEL_COLUMNS) + "".join(cells))


def _cell(narrator: Narrator, score: Score, row: str, whole: str, wanted: str | int) -> str:
    count, of = score[row], score[whole]
    good = count == (score[wanted] if isinstance(wanted, str) else wanted)
    return _painted(narrator, f"{count:4d} {bar(count, of, BAR_COLUMNS)}", good)


def _painted(narrator: Narrator, text: str, good: bool) -> str:
    return narrator.painted(padded(f"{'✓' if good else '✗'} {text}", SIDE_COLUMNS), GREEN if good else RED)
