"""Faults of a picture that hide its ink from one threshold. Each mend looks for its fault's own sign first.

They are for pictures of more than 64 px; a smaller one has no room for anything but a digit.
"""

import cv2
import numpy as np

ROWS = 32  # or columns, tell noise and seams

ALONE = 0.01  # of the pixels differ from all their neighbors: noise, where ink and paper hang together
CALM, CALM_SHARE = 2.0, 1 / 64  # px, and of the longer side: the blur that evens such noise out, the lesser of the two

SEAM = 0.9  # of a column's pixels differ from those beside them: no digit has an edge so long and straight

EDGE = 0.5  # of the jump that the sharpest outlines have: a weaker one is no ink's
SHARPEST = 0.99  # of the pixels jump less than ink's outline does
STANDS = 4.0  # times what the picture jumps elsewhere: in grain alone, the sharpest jump is 2.6 times the median
SOFT, REACH = 1 / 128, 1 / 20  # of the longer side: what is finer is grain; how far an outline tells its surroundings

DARKER, LEAST_PALE = 3.0, 0.5  # times as dark as a splash is ink; of the ink's pixels, those of a splash
BETWEEN, VALLEY = (0.35, 0.65), 0.25  # of the way from one to the other: there a level has so much of its even share
BRIDGE = 1 / 5  # of the digit's size: no splash covers more of a stroke

SHADED = 0.15  # of the ink: so many shaded pixels there are at least in hollow ink, none of them beside paper
HOLLOW = 12  # px: a smaller hole is the paper's, and all of it lies in the blur of its edges
FLAT = 0.15  # of the way from paper to ink: a shade varies no more, what is blurred does

# A shadow is what fades away over more than the greatest of these; ink ends within it:
FADING = 14  # px
FADING_OF_INK, FADING_OF_PICTURE = (
    0.1,
    0.035,
)  # of the longer side of what was found; of that of a single digit's picture
PAPER = 0.25  # of what is beside the ink in its box is paler than this: paper
FADED = 0.9  # of the way, at least; photographs of ink are at 0.96 and more, shadows at 0.8 mostly


def smoothed(gray: np.ndarray) -> np.ndarray:
    """Even out the noise of dead pixels and of a dark room: (H, W) uint8 -> the same shape; itself without noise.

    Its sign are pixels that differ from all eight neighbors by more than half of the picture's range. Thin lines,
    grain and JPEG leave none.
    """
    low, high, *_ = cv2.minMaxLoc(gray)
    middle = gray.shape[0] // 2
    strip = gray[max(0, middle - ROWS // 2) : middle + ROWS // 2]
    around = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
    light = cv2.subtract(strip, cv2.dilate(strip, around)) > (high - low) / 2
    dark = cv2.subtract(cv2.erode(strip, around), strip) > (high - low) / 2
    if (light | dark).mean() < ALONE:
        return gray
    return cv2.GaussianBlur(gray, (0, 0), min(CALM, CALM_SHARE * max(gray.shape)))


def turned(ink: np.ndarray) -> np.ndarray:
    """Turn round every other band of a picture whose two tones change places at a seam: (H, W) bool -> the same shape.

    A seam runs straight from border to border, and nearly every pixel along it differs from the one across. The edge
    of a table is one, too: turned round, the table is paper. Which of the tones is ink is another's to tell. Itself
    where there is no seam, or nothing but seams: a stroke from border to border.
    """
    columns, rows = _bands(ink), _bands(ink.T)
    if not columns.any() and not rows.any():
        return ink
    whole = ink ^ columns ^ rows[:, None]
    return ink if whole.all() or not whole.any() else whole


def _bands(ink: np.ndarray) -> np.ndarray:
    """Which columns lie behind an odd number of seams: (H, W) bool -> (W,) bool."""
    rows = ink[:: max(1, len(ink) // ROWS)]
    seams = np.count_nonzero(rows[:, 1:] ^ rows[:, :-1], axis=0) >= SEAM * len(rows)
    return np.concatenate([[False], np.cumsum(seams) % 2 == 1])


def outlined(gray: np.ndarray) -> np.ndarray | None:
    """Tell ink by its outlines, where fog is darker in one place than ink in another: (H, W) uint8 -> (H, W) bool.

    Halfway up the sharp edges of a picture lies a threshold that is right around there (S. D. Yanowitz, A. M.
    Bruckstein, "A New Method for Image Segmentation", 1989); between them it is smooth. What lies below it without
    being sharply outlined is a shadow, or a cloud; what lies above it, a glare. The ink is taken to be the darker.
    None where nothing is sharply outlined.
    """
    longest = max(gray.shape)
    calm = cv2.GaussianBlur(gray.astype(np.float32), (0, 0), SOFT * longest)
    jump = cv2.magnitude(cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1))
    usual, sharpest = np.quantile(jump, [0.5, SHARPEST])
    if sharpest <= STANDS * usual:
        return None
    least = EDGE * float(sharpest)
    sharp = np.where(jump > least, jump, 0)
    threshold = _spread(sharp * calm, longest) / (_spread(sharp, longest) + 1e-6)
    ink = calm < threshold
    for tone in (True, False):
        ink = np.where(_blurred(ink == tone, jump, least), not tone, ink)
    return ink


def _spread(values: np.ndarray, longest: int) -> np.ndarray:
    return cv2.GaussianBlur(values, (0, 0), REACH * longest)


def _blurred(tone: np.ndarray, jump: np.ndarray, least: float) -> np.ndarray:
    """The parts of one tone along whose outline the picture jumps by less: (H, W) bool, float32 -> (H, W) bool."""
    count, labels = cv2.connectedComponents(tone.astype(np.uint8), connectivity=8)
    outline = cv2.erode(tone.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1) == 0
    of = labels[outline]
    sharpness = np.bincount(of, jump[outline], count) / np.maximum(np.bincount(of, minlength=count), 1)
    sharpness[0] = np.inf  # the other tone
    return (sharpness < least)[labels]


def splash(counts: np.ndarray) -> int | None:
    """The darkness between a pale splash and ink: how many pixels have each darkness (256,) -> level, or None.

    counts: of the pixels that stand out from the paper, the others are 0.
    Ink is several times as dark as the splash, of which there is much, and hardly anything is between the two: the
    blurred edges of ink fill that gap.
    """
    darkness = np.arange(256)
    number, sum_ = np.cumsum(counts), np.cumsum(counts * darkness)
    above = np.maximum(number[-1] - number, 1)
    pale, dark = sum_ / np.maximum(number, 1), (sum_[-1] - sum_) / above
    level = int((number * above * (dark - pale) ** 2).argmax())  # Otsu's
    pale, dark = pale[level], dark[level]
    if pale * DARKER > dark or number[level] < LEAST_PALE * above[level]:
        return None
    first, last = (int(pale + share * (dark - pale)) for share in BETWEEN)
    present = np.flatnonzero(counts)
    even = number[-1] / (present[-1] - present[0] + 1)
    return level if counts[first : last + 1].mean() <= VALLEY * even else None


def uncovered(ink: np.ndarray, pale: np.ndarray) -> np.ndarray:
    """Add to a digit what a pale splash covers of it: (H, W) uint8, 0 or 255, two of them -> uint8 of the same shape.

    ink: the dark parts of the digit; pale: all that stands out from the paper. What is pale between two dark parts
    is ink, what is pale beside them is not.
    """
    _, _, width, height = cv2.boundingRect(ink)
    reach = int(BRIDGE * max(width, height)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    framed = cv2.copyMakeBorder(ink, *[reach] * 4, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, kernel)[reach:-reach, reach:-reach]
    return closed & pale


def filled(ink: np.ndarray, darkness: np.ndarray, paper: int, level: int) -> np.ndarray:
    """Fill ink of which only the outline is dark: (H, W) bool, (H, W) uint8, two levels -> bool of the same shape.

    paper: a darkness that stands out from the paper; level: from where on it is ink. An enclosed area that is one
    shade between the two is ink. The hole of a ring holds paper; where a blur has closed it, it is no one shade.
    Itself where little is shaded but the blurred edges of ink.
    """
    inner = cv2.erode(darkness, np.ones((3, 3), np.uint8))
    shaded = cv2.countNonZero(cv2.inRange(inner, paper, 255) & cv2.inRange(darkness, paper, level))
    if shaded < SHADED * np.count_nonzero(ink):
        return ink
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~ink).astype(np.uint8), connectivity=4)
    left, top, width, height, area = stats.T
    inner = (left > 0) & (top > 0) & (left + width < ink.shape[1]) & (top + height < ink.shape[0]) & (area >= HOLLOW)
    whole = ink.copy()
    for hole in np.flatnonzero(inner[1:]) + 1:
        box = np.s_[top[hole] : top[hole] + height[hole], left[hole] : left[hole] + width[hole]]
        within = labels[box] == hole
        palest, usual = np.quantile(darkness[box][within], [0.1, 0.5])
        if palest > paper and usual - palest <= FLAT * (level - paper):
            whole[box] |= within
    return whole


def is_shadow(ink: np.ndarray, darkness: np.ndarray, alone: bool = False) -> bool:
    """Whether what was found has no edge but fades away: (H, W) uint8, 255 ink; (H, W) uint8, 0 paper -> bool.

    A shadow that falls on an empty sheet is as dark as ink, and often as round as a zero. Ink that is out of focus has
    turned to what is around it long before: measured is how far the darkness goes around a point of the outline, in
    the median. What fills the picture is no shadow.
    alone: whether it is the only thing on its picture, whose size then tells, too, how far out of focus it may be.
    """
    x, y, width, height = cv2.boundingRect(ink)
    least = max(FADING, FADING_OF_PICTURE * max(darkness.shape)) if alone else FADING
    reach = int(max(least, FADING_OF_INK * max(width, height))) | 1
    left, top = max(0, x - reach), max(0, y - reach)
    around = np.s_[top : y + height + reach, left : x + width + reach]
    inside = ink[around] > 0
    calm = cv2.blur(darkness[around], (reach // 4, reach // 4))  # or grain would pass for an edge
    window = np.ones((reach, reach), np.uint8)
    turn = cv2.subtract(cv2.dilate(calm, window), cv2.erode(calm, window))
    outline = inside & (cv2.erode(ink[around], np.ones((3, 3), np.uint8), borderValue=255) == 0)
    if not outline.any():
        return False
    box = np.s_[y - top : y - top + height, x - left : x - left + width]
    beside = calm[box][~inside[box]]  # paper, or a box's tint
    paper = np.quantile(beside, PAPER) if len(beside) else 0
    return bool(np.median(turn[outline]) < FADED * (np.median(calm[inside]) - paper))
