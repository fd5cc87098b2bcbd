from hypothesis import given
from hypothesis import strategies as st

from hwr.data.names import natural


def test_numbers_count_as_numbers():
    names = ["digit10.png", "digit2.png", "digit1.png", "digit٣.png", "Digit4.png", "۱۰", "۲", "9", "a", "", "007", "7"]
    expected = ["", "۲", "007", "7", "9", "۱۰", "Digit4.png", "a", "digit1.png", "digit2.png", "digit٣.png"]
    assert sorted(names, key=natural) == [*expected, "digit10.png"]


@given(st.lists(st.text()).flatmap(lambda names: st.tuples(st.just(names), st.permutations(names))))
def test_any_names_have_one_order(both):
    names, shuffled = both
    assert sorted(names, key=natural) == sorted(shuffled, key=natural)


@given(st.integers(0, 10**30), st.integers(0, 10**30), st.text("ab_-"))
def test_the_same_name_is_in_the_order_of_its_number(a, b, word):
    assert (natural(f"{word}{a}") < natural(f"{word}{b}")) == (a < b)
