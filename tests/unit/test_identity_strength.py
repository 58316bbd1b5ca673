"""How good a password is, said in both languages."""

from __future__ import annotations

import ast
import inspect
import time

import pytest
from zxcvbn import feedback

from chalicelib.identity import passwords, strength
from chalicelib.identity.model_resets import StrengthRequest
from chalicelib.kernel import text
from chalicelib.kernel.errors import InvalidRequest


def sentences() -> list[str]:
    """Every sentence that zxcvbn may say."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(feedback))) if isinstance(node, ast.Call)]
    said = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_"]
    return [one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def test_zxcvbn_says_what_it_said() -> None:
    assert len(sentences()) >= 25


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_every_sentence_is_said_in_both_languages(sentence: str) -> None:
    assert text.sentence(f"strength.{sentence}", "en") == sentence
    assert text.sentence(f"strength.{sentence}", "zh") != sentence


@pytest.mark.parametrize(
    ("password", "score", "acceptable"),
    [
        ("", 0, False),
        ("short", 0, False),
        ("password123", 0, False),
        ("aaaaaaaab", 1, True),
        ("correct horse battery", 4, True),
        ("x" * 129, 0, False),
        ("北京的秋天很凉爽又很短暂", 4, True),
    ],
)
def test_a_password_is_measured(password: str, score: int, acceptable: bool) -> None:
    found = strength.measured(StrengthRequest(password), "en")
    assert (found.score, found.acceptable) == (score, acceptable)
    assert found.warning or found.advice or score > 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_the_person_is_called_makes_it_weaker(language: str) -> None:
    alone = strength.measured(StrengthRequest("wolfeschlegel77"), language)
    told = strength.measured(
        StrengthRequest("wolfeschlegel77", ("Wolfe Schlegel", "wolfeschlegel@example.com")), language
    )
    assert (alone.acceptable, told.acceptable) == (True, False)
    assert told.score <= 1 < alone.score
    assert told.warning == text.sentence("strength.This is little more than your own name or address.", language)


@pytest.mark.parametrize(
    "password", ["", "short", "password123", "PassWord123", "x" * 129, "ann@example.com", "Miller-88", "fine and long"]
)
def test_acceptable_is_what_a_sign_up_would_take(password: str) -> None:
    personal = ("ann@example.com", "Miller")
    within = passwords.MIN_LENGTH <= len(password) <= passwords.MAX_LENGTH
    try:
        passwords.check(password, personal=personal)
        taken = within
    except InvalidRequest:
        taken = False
    assert strength.measured(StrengthRequest(password, personal), "en").acceptable == taken


@pytest.mark.parametrize("costly", ["a1b2" * 256, "@" * 1_024, "aA4@" * 256, "qwerty" * 170, "1984-06-24" * 100])
def test_no_password_takes_long_to_measure(costly: str) -> None:
    strength.measured(StrengthRequest("warm"), "en")
    began = time.process_time()
    strength.measured(StrengthRequest(costly[:1_024]), "en")
    assert time.process_time() - began < 2
