"""As if each of these people had paid the next one before: their transfers go at once. Runs where the functions do.

python -m infra.local.introduce WALLET WALLET …
"""

from __future__ import annotations

import sys
from itertools import pairwise

from chalicelib.kernel import clock
from chalicelib.ledger import acquaintance, service
from chalicelib.ledger.model import Draft


def introduce(wallets: list[str]) -> None:
    for payer, payee in pairwise(wallets):
        met = acquaintance.made(payer, payee)
        service.commit(lambda at, known, met=met: Draft(None, (), None, legs=(met,)), clock.now())  # type: ignore[misc]


if __name__ == "__main__":
    introduce(sys.argv[1:])
