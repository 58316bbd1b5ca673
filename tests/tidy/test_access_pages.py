"""The pages of access say what the API says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from chalicelib.policy import service as policy
from tests.browser import test_access_screens as screens

WEB = Path(__file__).parents[2] / "infra" / "web" / "app"


def test_a_wallet_is_offered_wherever_a_policy_pack_has_one() -> None:
    (offered,) = re.findall(r"const COUNTRIES = (\[.*\]);", (WEB / "countries.js").read_text())
    assert json.loads(offered) == sorted({name for pack in policy.packs() for name in pack.jurisdictions})


def test_every_screen_of_security_is_looked_at() -> None:
    known = re.findall(r'"(/security[a-z/-]*)": screen', (WEB / "screens.js").read_text())
    assert sorted(known) == sorted(screens.WITHIN)
