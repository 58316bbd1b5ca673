"""What floods in the load test: sign-ins of unknown names, requests of unknown paths, webhooks that nobody signed.

In a process of its own, so that it holds up no customer on this side of the door.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from infra.local.load_client import Ask, Reply, Seen, at_their_moments, moments, seen

MIXTURE = {"sign-ins": 0.4, "unknown paths": 0.4, "webhooks": 0.2}
SOURCES = {"sign-ins": "127.0.2.", "unknown paths": "127.0.3.", "webhooks": "127.0.4."}
ADDRESSES = 4
"""Of each kind; the address's own limits are met by some of them."""
EXPECTED = {"sign-ins": {401}, "unknown paths": {404}, "webhooks": {400, 401}}
"""What each is answered that is not shed."""


def begin(url: str, rate: float, seconds: float, seed: int) -> tuple[ProcessPoolExecutor, Future[list[Seen]]]:
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_stand_back)
    return pool, pool.submit(run, url, rate, seconds, seed)


def run(url: str, rate: float, seconds: float, seed: int) -> list[Seen]:
    return asyncio.run(flood(url, rate, seconds, seed))


async def flood(url: str, rate: float, seconds: float, seed: int) -> list[Seen]:
    """So many a second for so many seconds, whatever is answered."""
    chance = random.Random(seed)
    asks = [(moment, drawn(chance)) for moment in moments(rate, seconds, chance)]
    return await at_their_moments(asks, lambda ask, began: seen(url, ask, began, _ignore))


async def press(url: str, workers: int, seconds: float, seed: int) -> list[Seen]:
    """As many as get through: each worker asks again as soon as it was answered."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def work(number: int) -> list[Seen]:
        chance, found = random.Random(seed * 1_000 + number), list[Seen]()
        while loop.time() < began + seconds:
            found.append(await seen(url, drawn(chance), began, _ignore))
        return found

    return [one for row in await asyncio.gather(*map(work, range(workers))) for one in row]


def drawn(chance: random.Random) -> Ask:
    """One of the mixture."""
    kind = chance.choices(list(MIXTURE), list(MIXTURE.values()))[0]
    return _MADE[kind](chance, f"{SOURCES[kind]}{chance.randrange(1, ADDRESSES + 1)}")


def _sign_in(chance: random.Random, source: str) -> Ask:
    wish = {"identifier": f"nobody-{chance.getrandbits(40)}@example.com", "password": "a guess of many words"}
    return Ask("sign-ins", "POST", "/v1/sessions", source, {}, json.dumps(wish).encode())


def _unknown(chance: random.Random, source: str) -> Ask:
    return Ask("unknown paths", "GET", f"/v1/wp-login-{chance.getrandbits(40)}.php", source)


def _webhook(chance: random.Random, source: str) -> Ask:
    headers = {"webhook-id": f"msg_{chance.getrandbits(40)}", "webhook-timestamp": "1", "webhook-signature": "v1,bm8="}
    body: Mapping[str, Any] = {"type": "topup.succeeded", "data": {"id": str(chance.getrandbits(40))}}
    return Ask("webhooks", "POST", "/v1/webhooks/sandbox", source, headers, json.dumps(body).encode())


_MADE: Mapping[str, Callable[[random.Random, str], Ask]] = {
    "sign-ins": _sign_in,
    "unknown paths": _unknown,
    "webhooks": _webhook,
}


def _ignore(ask: Ask, reply: Reply) -> None:
    """Nothing of it is looked at again."""


def _stand_back() -> None:
    os.nice(5)
