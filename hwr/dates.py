"""What a date is: three groups of digits."""

YEARS = 1300, 2100  # by the sun since the Hijra, or by Gregory


def is_date(*groups: str) -> bool:
    """Whether three groups of signs are a date: year, month, day, or the year last, after these in either order.

    groups: three strings, such as "1403", "07", "21".
    """
    if not all(group.isdecimal() for group in groups) or not 1 <= len(groups[1]) <= 2:
        return False
    if len(groups[0]) == 4:
        year, month, day = groups
        return YEARS[0] <= int(year) <= YEARS[1] and 1 <= int(month) <= 12 and len(day) <= 2 and 1 <= int(day) <= 31
    some, more, year = groups
    days = sorted((int(some), int(more)))
    known = len(year) == 2 or (len(year) == 4 and YEARS[0] <= int(year) <= YEARS[1])
    return known and len(some) <= 2 and 1 <= days[0] <= 12 and days[1] <= 31
