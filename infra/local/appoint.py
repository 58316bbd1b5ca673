"""Give a person a role: `python -m infra.local.appoint USER_ID ROLE`, with the functions' environment.

Operators appoint operators; only the very first cannot be made by anybody inside, so the one who owns the account
does it with this command. Whoever is to be one has signed up and set up a second factor.
"""

from __future__ import annotations

import argparse

from chalicelib.identity import service
from chalicelib.kernel import clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("user_id")
    parser.add_argument("role")
    chosen = parser.parse_args()
    service.appoint(chosen.user_id, chosen.role, clock.now())


if __name__ == "__main__":
    main()
