import shutil
from pathlib import Path

import numpy as np
import pytest

from hwr.data import clutter, printed
from hwr.data.printed import Fonts
from hwr.recipes import RECIPES

FONTS = Fonts()


def test_every_sign_is_in_the_fonts_that_print_it():
    """A sign that a font lacks would come as its box."""
    latin, persian = ("".join(forms) for forms in (printed.DIGITS["latin"], printed.DIGITS["persian"]))
    for fonts, letters in ((FONTS.latin, clutter.LATIN + latin), (FONTS.persian, clutter.PERSIAN + persian)):
        for font in fonts:
            pictures = {bytes(printed._font(font).getmask(letter)) for letter in [*letters, "\uffff"]}
            assert len(pictures) > 0.8 * len(letters)
            assert bytes(printed._font(font).getmask("\uffff")) not in {
                bytes(printed._font(font).getmask(letter)) for letter in letters
            }


@pytest.fixture
def elsewhere(monkeypatch, tmp_path) -> Path:
    """A font that this machine has installed, beside others that it does not have."""
    path = tmp_path / "Added-Regular.ttf"
    shutil.copy(FONTS.persian[0], path)
    monkeypatch.setattr(printed, "findSystemFonts", lambda: [str(path)])
    return path


def test_a_font_that_is_asked_for_prints_both_scripts(elsewhere):
    more = Fonts((elsewhere.name,))
    assert more.persian == [*FONTS.persian, elsewhere]
    assert more.latin == [*FONTS.latin, elsewhere]
    assert printed.trace("ب", elsewhere, np.random.default_rng(0)).min() < 128


def test_fonts_that_are_not_installed_are_told_with_the_packages_that_have_them(elsewhere):
    says = "these fonts are not installed: Away.ttf, Gone.otf; on Debian, apt-get install fonts-freefarsi fonts-hosny-"
    with pytest.raises(ValueError, match=says) as raised:
        Fonts(("Away.ttf", elsewhere.name, "Gone.otf"))
    assert all(package in str(raised.value) for package in printed.PACKAGES)
    assert elsewhere.name not in str(raised.value)


def test_the_fonts_of_a_recipe_are_in_the_packages_that_are_named():
    """Each package is named after its font; Debian writes them small."""
    named = " ".join(printed.PACKAGES)
    for recipe in RECIPES.values():
        for font in getattr(recipe.augment, "fonts", ()):
            assert font.split(".")[0].split("-")[0].lower() in named


@pytest.mark.parametrize("script", ["persian", "latin"])
def test_a_digit_comes_in_every_font_and_form(monkeypatch, script):
    asked = set()
    monkeypatch.setattr(printed, "trace", lambda sign, font, rng: asked.add((sign, font)))
    rng = np.random.default_rng(0)
    for _ in range(300):
        FONTS.digit(6, script, rng)
    signs = {"persian": "۶٦", "latin": "6"}[script]
    assert asked == {(sign, font) for sign in signs for font in getattr(FONTS, script)}
