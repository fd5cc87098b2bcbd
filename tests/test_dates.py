import pytest

from hwr.dates import is_date


@pytest.mark.parametrize(
    ("groups", "date"),
    [
        (("1403", "07", "21"), True),
        (("1403", "7", "1"), True),
        (("2024", "13", "21"), False),
        (("2024", "12", "32"), False),
        (("0024", "12", "21"), False),
        (("21", "3", "1998"), True),
        (("3", "21", "1998"), True),
        (("21", "13", "1998"), False),
        (("04", "07", "86"), True),
        (("04", "00", "86"), False),
        (("04", "07", "868"), False),
        (("", "07", "86"), False),
        (("04", "", "86"), False),
        (("04", "123", "86"), False),
        (("0 4", "07", "86"), False),
        (("1403", "07", ""), False),
    ],
)
def test_what_a_date_is(groups, date):
    assert is_date(*groups) is date
