"""The code that the demo operator's authenticator shows now: `make code`. A code is used once."""

from __future__ import annotations

import sys
import time

from infra.local import people, places


def main() -> None:
    secret = (places.read("operator.json") or {}).get("totp_secret")
    if not secret:
        sys.exit("No operator has an authenticator here yet: `make run` seeds one.")
    left = people.STEP_SECONDS - int(time.time()) % people.STEP_SECONDS
    print(f"{people.code(secret)}   for {left} s; if it was used already: {people.code(secret, 1)}")


if __name__ == "__main__":
    main()
