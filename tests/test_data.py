import pytest
from made import write_gan_digits, write_mnist
from scans import write_hoda

from hwr import data
from hwr.data.samples import SCRIPTS, Samples


@pytest.mark.parametrize(
    ("name", "sets", "scripts"),
    [
        ("hoda", ("hoda",), ("persian",)),
        ("mnist", ("mnist",), ("latin",)),
        ("gan-digits", ("gan-digits",), ("persian",)),
        ("hoda+mnist", ("hoda", "mnist"), ("persian", "latin")),
        ("mnist+hoda", ("mnist", "hoda"), ("latin", "persian")),
    ],
)
def test_a_recipe_may_name_two_sets_a_script_each(name, sets, scripts):
    assert data.sets(name) == sets
    assert data.scripts(name) == scripts
    assert set(scripts) <= set(SCRIPTS)
    assert set(sets) <= set(data.READERS)


def test_two_sets_are_not_read_as_one():
    with pytest.raises(data.DataError, match=r"no dataset is called 'hoda\+mnist'; there are hoda, "):
        data.read("hoda+mnist", "test")


def test_samples_are_persian_unless_their_reader_says_otherwise():
    assert Samples([], []).script == SCRIPTS[0] == "persian"


def test_what_is_latin_is_what_its_reader_says(tmp_path):

    write_gan_digits(write_mnist(write_hoda(tmp_path, test=10)), train=5, test=2)
    for name in ("hoda", "mnist", "gan-digits"):
        assert (data.read(name, "test", tmp_path).script,) == data.scripts(name)
