"""What a date is: three groups of digits."""

YEARS = 1300, 2100  # by the sun since the Hijra, or by Gregory


def is_date(*groups: str) -> bool:
    """Whether three groups of signs are a date: year, month, day, or the year last, after these in either order.

    groups: three strings, such as "1403", "07", "21".
    """
    if not all(group.isdecimal() for group in groups):
        return False
    is_first = len(groups[0]) == 4
    year, month, day = groups if is_first else groups[::-1]
    if len(year) not in (2, 4) or max(len(month), len(day)) > 2:
        return False
    month, day = (int(month), int(day)) if is_first else sorted((int(month), int(day)))
    return (len(year) == 2 or YEARS[0] <= int(year) <= YEARS[1]) and 1 <= month <= 12 and 1 <= day <= 31
