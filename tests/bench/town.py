"""A generated town whose people have tastes that drift: shops, offers, and what each person buys, week by week."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chalicelib.kernel import clock, ids
from chalicelib.kernel.categories import CATEGORIES, Category
from chalicelib.rewards.model import Template, Words, Worth
from chalicelib.rewards.model_offers import Purchase

BEGINNING = datetime(2026, 9, 7, tzinfo=UTC)
"""A Monday."""
SHOPS_OF_EACH, OFFERED_OF_EACH = 8, 4
_HABITS = ((0, 8), (0, 12), (0, 18), (5, 11), (5, 16))
"""First day of the working week or the weekend, and the hour."""
_DRIFT, _NEW_TO_THEM, _LIKE_ALL = 0.12, 0.15, 0.15
"""A week's chance that a favourite gives way to another; of a purchase: that it is somewhere new of what they like,
and that it is where everybody goes."""


@dataclass(frozen=True, slots=True)
class Shop:
    id: str
    category: Category
    fame: float
    """How many of all go there: a few are known to everybody."""
    costs: int


@dataclass(slots=True)
class Person:
    tastes: dict[Category, float]
    favourites: dict[Category, list[Shop]]
    habits: dict[Category, tuple[int, int]]
    a_week: float
    joined: int
    bought: dict[int, list[Purchase]] = field(default_factory=dict)

    def until(self, week: int) -> list[Purchase]:
        """All that they bought before it."""
        return [one for number, found in self.bought.items() if number < week for one in found]


@dataclass(frozen=True, slots=True)
class Town:
    shops: list[Shop]
    offers: list[Template]
    people: list[Person]

    @property
    def dealing(self) -> dict[str, Category]:
        return {one.id: one.category for one in self.shops}


def town(seed: int, people: int, weeks: int) -> Town:
    chance = random.Random(seed)
    shops = [_shop(chance, category, place) for category in CATEGORIES[:-1] for place in range(SHOPS_OF_EACH)]
    found = Town(shops, list(_offers(chance, shops)), [_person(chance, shops, weeks) for _ in range(people)])
    for week in range(weeks):
        for person in found.people:
            if week >= person.joined:
                _drift(chance, person, shops)
                person.bought[week] = list(_week(chance, person, shops, week))
    return found


def began(week: int) -> datetime:
    return BEGINNING + timedelta(weeks=week)


def is_of_use(offer: Template, bought: list[Purchase]) -> bool:
    """Whether they bought something that it is good for."""
    return any(offer.worth.is_for(one.merchant, one.category) for one in bought)


def _shop(chance: random.Random, category: Category, place: int) -> Shop:
    fame = 1 / (1 + place) * chance.uniform(0.5, 1.5)
    return Shop(ids.derived("mer", category, str(place)), category, fame, chance.choice((800, 1_500, 3_000, 6_000)))


def _offers(chance: random.Random, shops: list[Shop]) -> Iterator[Template]:
    """One for each of some shops, known or not, and one for all shops of every second category."""
    for place, category in enumerate(CATEGORIES[:-1]):
        of_it = [one for one in shops if one.category == category]
        for shop in chance.sample(of_it, OFFERED_OF_EACH):
            yield _offer(chance, shop.id, (shop.id,), ())
        if place % 2:
            yield _offer(chance, category, (), (category,))


def _offer(chance: random.Random, name: str, merchants: tuple[str, ...], categories: tuple[Category, ...]) -> Template:
    words = Words(name, name)
    worth = Worth("CNY", 300, None, None, chance.choice((0, 1_000, 2_000)), merchants, categories)
    made = clock.written(BEGINNING - timedelta(days=chance.randrange(60)))
    key = ids.derived("ctp", name, str(chance.random()))
    return Template(key, words, words, worth, 10**6, 10**9, made, "", 30, True, "usr_1", made)


def _person(chance: random.Random, shops: list[Shop], weeks: int) -> Person:
    """A few things that they like, a shop or two for each; one in eight joins late and has bought little."""
    liked = chance.sample(CATEGORIES[:-1], chance.randint(2, 4))
    tastes = {one: chance.expovariate(1) + 0.2 for one in liked}
    favourites = {one: _favourites(chance, shops, one) for one in CATEGORIES[:-1]}
    habits = {one: chance.choice(_HABITS) for one in CATEGORIES[:-1]}
    joined = weeks - 2 if chance.random() < 1 / 8 else 0
    return Person(tastes, favourites, habits, chance.uniform(1.5, 7), joined)


def _favourites(chance: random.Random, shops: list[Shop], category: Category) -> list[Shop]:
    of_it = [one for one in shops if one.category == category]
    return chance.choices(of_it, [one.fame for one in of_it], k=chance.randint(1, 2))


def _drift(chance: random.Random, person: Person, shops: list[Shop]) -> None:
    """They go elsewhere for the same, or take to something else."""
    category = chance.choice(list(person.tastes))
    if chance.random() < _DRIFT:
        person.favourites[category] = _favourites(chance, shops, category)
    if chance.random() < _DRIFT / 2:
        taste = person.tastes.pop(category)
        person.tastes[chance.choice(CATEGORIES[:-1])] = taste


def _week(chance: random.Random, person: Person, shops: list[Shop], week: int) -> Iterator[Purchase]:
    for _ in range(sum(chance.random() < person.a_week / 10 for _ in range(10))):
        shop = _chosen(chance, person, shops)
        first, hour = person.habits[shop.category]
        day = first + chance.randrange(2 if first else 5)
        when = began(week) + timedelta(days=day, hours=hour + chance.uniform(-1, 1))
        yield Purchase(when, int(shop.costs * chance.uniform(0.6, 1.6)), "CNY", shop.id, shop.category)


def _chosen(chance: random.Random, person: Person, shops: list[Shop]) -> Shop:
    roll = chance.random()
    if roll < _LIKE_ALL:
        return chance.choices(shops, [one.fame for one in shops])[0]
    category = chance.choices(list(person.tastes), list(person.tastes.values()))[0]
    if roll < _LIKE_ALL + _NEW_TO_THEM:
        return chance.choice([one for one in shops if one.category == category])
    return chance.choice(person.favourites[category])
