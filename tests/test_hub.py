import pytest

from hwr import hub


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("user/repo", ("user/repo", "main")),
        ("user/repo@v1.2", ("user/repo", "v1.2")),
        ("user/repo@", ("user/repo", "main")),
        ("user/my.digits_2-x@refs/pr/1", ("user/my.digits_2-x", "refs/pr/1")),
    ],
)
def test_an_address_of_the_hub(name, found):
    assert hub.address(name) == found


@pytest.mark.parametrize(
    "name", ["", "repo", "a/b/c", "/repo", "user/", "./repo", "../repo", "runs/mine", "a b/c", "@"]
)
def test_any_other_name_is_none(name):
    assert hub.address(name) is None
    assert hub.find(name) is None
