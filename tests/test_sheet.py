import cv2
import numpy as np
import pytest
from pictures import mask

from hwr.imaging import search
from hwr.imaging.sheet import flatten

WIDE, TALL = 900, 300  # px, the sheet
DESK, PAPER = 70, 225  # gray levels


def written() -> np.ndarray:
    """A sheet with four digits, dark on light: (TALL, WIDE) uint8."""
    ink = np.zeros((TALL, WIDE), np.uint8)
    for k, digit in enumerate((7, 2, 5, 8)):
        ink[80:220, 120 + 180 * k : 260 + 180 * k] = mask(digit, 140, 18)
    return np.where(ink > 128, 40, PAPER).astype(np.uint8)


def on_a_desk(
    turn: float, keystone: float, shift: tuple[int, int] = (0, 0), size: tuple[int, int] = (1000, 700)
) -> tuple[np.ndarray, np.ndarray]:
    """A photograph of it: -> (H, W) uint8, and the sheet's corners there, (4, 2) px, clockwise from the upper left."""
    sheet = np.array([[0, 0], [WIDE, 0], [WIDE, TALL], [0, TALL]], np.float32)
    places = (sheet - [WIDE / 2, TALL / 2]) * 0.85
    places[:, 0] *= 1 + keystone * places[:, 1] / TALL
    angle = np.radians(turn)
    places = places @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    places = (places + np.array(size) / 2 + shift).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(sheet, places)
    photo = np.full(size[::-1], DESK, np.uint8)
    cv2.warpPerspective(written(), matrix, size, dst=photo, borderMode=cv2.BORDER_TRANSPARENT)
    return as_seen(photo), places


def as_seen(scene: np.ndarray) -> np.ndarray:
    """A scene through a camera: unevenly lit, a little out of focus, with noise."""
    tall, wide = scene.shape
    y, x = np.mgrid[:tall, :wide] / max(scene.shape)
    seen = cv2.GaussianBlur(scene * (1.05 - 0.35 * x - 0.2 * y), (0, 0), 1.2)
    return np.clip(seen + np.random.default_rng(0).normal(0, 3, scene.shape), 0, 255).astype(np.uint8)


def corners(flat) -> np.ndarray:
    """Where a flat picture's corners are on the picture that came: (4, 2)."""
    tall, wide = flat.gray.shape
    upright = np.array([[[0, 0], [wide, 0], [wide, tall], [0, tall]]], np.float64)
    return cv2.perspectiveTransform(upright, flat.back)[0]


@pytest.mark.parametrize("turn", [-25, -8, 0, 3, 15])
@pytest.mark.parametrize("keystone", [-0.15, 0, 0.1])
def test_a_sheet_on_a_desk_is_found(turn, keystone):
    photo, places = on_a_desk(turn, keystone)
    flat = flatten(photo)
    away = np.hypot(*(corners(flat) - places).T)
    assert away.max() < 12  # px; it is cropped a little inside its edge
    inside = cv2.pointPolygonTest
    assert all(inside(places[:, None], corner.tolist(), True) > -2 for corner in corners(flat))
    assert flat.gray.shape[1] / flat.gray.shape[0] == pytest.approx(WIDE / TALL, rel=0.15)
    edge = np.concatenate([flat.gray[0], flat.gray[-1], flat.gray[:, 0], flat.gray[:, -1]])
    assert np.mean(edge < 100) < 0.02  # no desk is left


@pytest.mark.parametrize("shift", [(0, 0), (-140, 0), (60, -240)])
def test_only_what_is_written_is_found_and_where_it_is(shift):
    photo, _ = on_a_desk(4, 0.1, shift)
    row = search.find(photo)
    assert len(row.pieces) == 4
    for piece in row.pieces:
        x0, y0, x1, y1 = row.place(piece.box, photo.shape)
        ink = photo < 0.45 * cv2.blur(photo, (201, 201))
        assert ink[y0:y1, x0:x1].sum() > 0.9 * ink[y0 - 10 : y1 + 10, x0 - 10 : x1 + 10].sum() > 0


def test_a_sheet_that_leaves_the_picture_on_one_side():
    photo, places = on_a_desk(3, 0, (-140, 0))
    assert places[:, 0].min() < 0
    flat = flatten(photo)
    assert flat.gray is not photo
    right = np.hypot(*(corners(flat) - places)[1:3].T)
    assert right.max() < 12


def shaded() -> np.ndarray:
    """A sheet that fills the picture, in the sharp shadow of something straight."""
    scene = written()
    corner = np.array([[WIDE // 2, 0], [WIDE, 0], [WIDE, TALL], [WIDE // 3, TALL]])
    return as_seen(np.where(cv2.fillConvexPoly(np.zeros_like(scene), corner, 1) > 0, scene // 2, scene))


def framed(level: int, thick: int) -> np.ndarray:
    return cv2.rectangle(written(), (50, 50), (WIDE - 50, TALL - 50), level, thick)


LEFT_ALONE = {
    "a scan": written(),
    "a photograph that paper fills": as_seen(written()),
    "a shadow": shaded(),
    "light on dark": 255 - written(),
    "a blackboard": as_seen(255 - written()),
    "a frame": framed(40, 6),
    "a thick frame": framed(40, 30),
    "a light frame on dark": 255 - framed(40, 30),
    "a disk": as_seen(cv2.circle(np.full((500, 500), DESK, np.uint8), (250, 250), 200, PAPER, -1)),
    "a stroke": as_seen(cv2.line(np.zeros((500, 500), np.uint8), (250, 60), (240, 440), 255, 60)),
    "one side of a sheet": as_seen(np.pad(written(), ((0, 0), (0, 90)), constant_values=DESK)),
    "nothing": np.full((400, 400), 128, np.uint8),
    "noise": np.random.default_rng(0).integers(0, 256, (300, 500), np.uint8),
    "a few px": np.pad(np.full((10, 10), 255, np.uint8), 4),
    "a line of px": np.zeros((1, 3000), np.uint8),
}


@pytest.mark.parametrize("gray", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_where_no_sheet_is_evident_the_picture_is_left_alone(gray):
    before = gray.copy()
    flat = flatten(gray)
    assert flat.gray is gray
    np.testing.assert_array_equal(gray, before)
    np.testing.assert_array_equal(flat.back, np.eye(3))


def test_a_small_note_on_a_desk_is_found():
    photo = np.full((900, 1200), 90, np.uint8)
    photo[400:560, 500:670] = 190
    photo = np.clip(photo + np.random.default_rng(0).normal(0, 3, photo.shape), 0, 255).astype(np.uint8)
    flat = flatten(photo).gray
    assert 140 <= min(flat.shape) <= max(flat.shape) <= 175
    assert flat.min() > 150


@pytest.mark.parametrize("wide", [30, 60, 120])
def test_a_stroke_of_chalk_is_no_sheet(wide):
    board = np.clip(np.random.default_rng(0).normal(60, 3, (800, 800)), 0, 255).astype(np.uint8)
    board[200:600, 380 : 380 + wide] = 220
    assert flatten(board).gray is board


def test_an_overexposed_sheet_is_one():
    photo = np.clip(np.random.default_rng(0).normal(60, 5, (600, 900)), 0, 255).astype(np.uint8)
    photo[60:540, 80:820] = 255
    assert flatten(photo).gray.min() == 255


def test_a_drawing_is_no_sheet():
    drawing = np.full((800, 800), 255, np.uint8)
    drawing[200:600, 200:600] = 90
    drawing[300:500, 300:500] = 220
    assert flatten(drawing).gray is drawing
