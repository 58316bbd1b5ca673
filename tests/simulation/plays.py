"""What mostly happens in a world: everything together, what goes on at shops, or what people do among themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Play:
    """`shops`, `staff`, `tills`, `closes` (of wallets) and `ways_in` are factors of what is done there; `between`
    weighs what people send one another, beside the other things that they do. `at_home`: how many have an account
    before anything can go wrong."""

    name: str
    between: float
    shops: float = 1
    staff: float = 1
    tills: float = 1
    closes: float = 1
    ways_in: float = 1
    bonuses: float = 0
    """A factor of what is done with bonuses of top-ups, among what people do between them."""
    late: float = 0
    """Likeliness that somebody who has no account yet has something better to do."""
    people: int = 10
    at_home: int = 0


EVERYTHING = Play("everything", between=70)
AT_SHOPS = Play("shops", between=0)
BETWEEN_PEOPLE = Play(
    "people", between=200, shops=0.03, staff=0, tills=0.5, closes=20, ways_in=0.4, people=4, at_home=3, late=0.9
)
WITH_BONUSES = replace(BETWEEN_PEOPLE, name="bonuses", bonuses=1)
PLAYS = {play.name: play for play in (EVERYTHING, AT_SHOPS, BETWEEN_PEOPLE, WITH_BONUSES)}
