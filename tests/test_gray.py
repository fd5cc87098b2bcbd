"""Color, transparency and depth to gray: the ink must stand out."""

import cv2
import numpy as np
import pytest
from pictures import colored, drawing, encode, mask, on_transparent
from PIL import Image

from hwr.imaging.decode import decode
from hwr.imaging.gray import PAPER, View, best_view, stride, to_gray

TWO = drawing(2, 120)


INKS = {
    "black on white": ((0, 0, 0), (255, 255, 255)),
    "yellow on white": ((255, 255, 0), (255, 255, 255)),
    "cyan on white": ((0, 255, 255), (255, 255, 255)),
    "blue on white": ((30, 60, 200), (255, 255, 255)),
    "blue on black": ((0, 0, 255), (0, 0, 0)),
    "red on an equally bright green": ((220, 40, 40), (40, 117, 40)),
    "magenta on an equally bright gray": ((255, 0, 255), (105, 105, 105)),
}


@pytest.mark.parametrize(("ink", "paper"), INKS.values(), ids=INKS)
@pytest.mark.parametrize("kind", ["array", "png", "jpeg"])
def test_colored_ink_stands_out(ink, paper, kind):
    picture = colored(2, ink, paper)
    came = {
        "array": lambda: picture,
        "png": lambda: encode(picture),
        "jpeg": lambda: encode(picture, "JPEG", quality=95),
    }
    gray = decode(came[kind]()).astype(int)
    share = mask(2)
    difference = np.median(gray[share == 255]) - np.median(gray[share == 0])
    assert abs(difference) > 90


def test_yellow_ink_in_the_shade():
    light = np.linspace(1, 0.5, 280)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 4, (280, 280, 3))
    picture = np.clip(colored(2, (240, 230, 20), (235, 235, 230)) * light + noise, 0, 255).astype(np.uint8)
    gray, share = decode(picture) / light[..., 0], mask(2)
    assert np.median(gray[share == 0]) - np.median(gray[share == 255]) > 150


def test_dark_ink_is_seen_in_luma_whatever_lies_beside_it():
    picture = colored(2, (20, 20, 20), (240, 240, 240))
    picture[:, 240:] = (250, 240, 20)  # something yellow
    assert np.array_equal(decode(picture), cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def test_grain_of_one_channel_is_no_ink():
    noise = np.random.default_rng(0).normal(0, (4, 4, 14), (280, 280, 3))
    picture = np.clip(colored(2, (200, 200, 200), (225, 225, 225)) + noise, 0, 255).astype(np.uint8)
    assert np.array_equal(decode(picture), cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


@pytest.mark.parametrize("ink", [(0, 0, 0), (255, 255, 255), (128, 128, 128), (255, 255, 0), (220, 220, 220)])
def test_strokes_on_a_transparent_canvas(ink):
    share = mask(2)
    gray = decode(on_transparent(2, ink)).astype(int)
    assert abs(np.median(gray[share == 255]) - np.median(gray[share == 0])) > 90
    hidden = on_transparent(2, ink)
    hidden[share == 0, :3] = 255 - np.array(ink)  # color under no alpha is not seen
    assert np.array_equal(decode(hidden), gray)


def test_transparent_canvas_is_white():
    canvas = np.random.default_rng(0).integers(0, 256, (50, 50, 4)).astype(np.uint8)
    canvas[..., 3] = 0
    assert decode(canvas).min() == 255


def test_transparency_by_one_color():
    data = encode(Image.fromarray(np.dstack([TWO] * 3)), transparency=(0, 0, 0))  # black ink is what's cut out
    assert decode(data).min() > 0
    assert decode(encode(Image.fromarray(255 - TWO), transparency=0)).max() == 255


@pytest.mark.parametrize("white", [1, 255, 1023, 4095, 16383, 65535])
def test_depths(white):
    deep = np.round(TWO / 255 * white).astype(np.uint16)
    expected = np.round(deep / white * 255).astype(np.uint8)
    for came in (deep, encode(deep), encode(deep, "TIFF"), encode(Image.fromarray(deep.astype(np.int32)), "TIFF")):
        assert np.abs(decode(came).astype(int) - expected).max() <= 1


def test_view_is_chosen_and_named():
    assert best_view(colored(2, (0, 0, 0), (255, 255, 255))) == PAPER
    assert best_view(colored(2, (255, 255, 0), (255, 255, 255))) == View(255, 2)
    assert best_view(on_transparent(2, (255, 255, 255))) == View(0, None)
    assert best_view(np.zeros((1, 1, 4), np.uint8)) == PAPER


def test_bands_make_one_picture():
    tall = np.random.default_rng(0).integers(0, 256, (3000, 1001)).astype(np.uint8)
    asked = []

    def rows(band):
        asked.append(band.stop - band.start)
        return tall[band]

    assert np.array_equal(to_gray(tall.shape, rows, tall[::6, ::6]), tall)
    assert len(asked) == 3
    assert sum(asked) == 3000


def test_sample_is_small():
    assert [stride((side, 9)) for side in (1, 512, 513, 8000)] == [1, 1, 2, 16]
