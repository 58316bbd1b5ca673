"""Amounts are integers in minor units with a currency beside them (ISO 4217); never floats."""

from __future__ import annotations

from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch

MAX_AMOUNT = 10_000_000_000
"""The largest amount of one movement, in minor units."""

EXPONENTS = {"CNY": 2, "USD": 2, "EUR": 2, "GBP": 2, "HKD": 2, "SGD": 2, "JPY": 0}
AMOUNT_SCHEMA = {"minimum": 1, "maximum": MAX_AMOUNT}
"""What `check_amount` lets through, in JSON Schema's words."""
CURRENCY_SCHEMA = {"enum": list(EXPONENTS)}
"""Likewise `check_currency`."""
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "SGD": "S$", "JPY": "¥"}


def check_amount(amount: int, param: str = "amount") -> int:
    if not 0 < amount <= MAX_AMOUNT:
        raise AmountOutOfRange(param=param, maximum=MAX_AMOUNT)
    return amount


def check_currency(currency: str, param: str = "currency") -> str:
    if currency not in EXPONENTS:
        raise CurrencyMismatch(param=param)
    return currency


def part(amount: int, basis_points: int) -> int:
    """`basis_points` hundredths of a per cent of `amount`, rounded half up."""
    return (amount * basis_points + 5_000) // 10_000


def shown(amount: int, currency: str) -> str:
    """For people: `¥12.50`."""
    exponent = EXPONENTS[currency]
    sign, whole = ("-" if amount < 0 else ""), abs(amount)
    if exponent == 0:
        return f"{sign}{_SYMBOLS[currency]}{whole:,}"
    major, minor = divmod(whole, 10**exponent)
    return f"{sign}{_SYMBOLS[currency]}{major:,}.{minor:0{exponent}d}"
