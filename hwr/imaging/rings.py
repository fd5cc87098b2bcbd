"""How a page or a strip of handwriting becomes statistics of its ink: numbers that tell one hand from another.

Around every pixel on the edge of the ink lie rings of eight points each. Which of a ring's points are ink is one
of 256 codes, and how often each code occurs tells how strokes lean, bend, end and follow each other, whatever
they write. It is the idea of local binary patterns (Ojala et al. 2002) and of contour hinges (Bulacu and Schomaker
2007), at many radii.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from hwr.imaging.patches import log_softmax

POINTS = 8  # a ring
CODES = 2**POINTS
RULE = 60  # px: no stroke runs level for as long as this, a printed rule does
MOST_EDGE = 1_000_000  # px that are looked at, evenly chosen: a page in hand has a tenth of it
CROSSING = 8  # px: ink that stands as high as this on a rule is a stroke that crosses it


@dataclass(frozen=True)
class RingPreparation:
    """The settings of a preparation. It is stored beside the weights that were trained with it.

    radii: of the rings, in pixels of the scan.
    scale: times the square roots of the codes' shares, which are small.
    """

    radii: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18)
    scale: float = 5.0

    def __post_init__(self):
        object.__setattr__(self, "radii", tuple(self.radii))  # JSON has lists only

    @property
    def shape(self) -> tuple[int, int, int]:
        """(numbers, 1, 1) of one input."""
        return (CODES * len(self.radii), 1, 1)

    def patches(self, gray: np.ndarray) -> np.ndarray:
        """A page's or a strip's one input: (H, W) uint8 of either polarity -> (1, numbers, 1, 1) float32."""
        return self.statistics(self.codes(unruled(ink_of(gray)))[2])[None]

    def codes(self, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The edge of the ink: (H, W) uint8, 0 paper, 1 ink -> y (n,), x (n,) and the rings' codes (n, rings) uint8.

        Bit b of a code is the ink at b eighths of a turn.
        """
        frame = max(self.radii) + 1
        framed = cv2.copyMakeBorder(ink, *[frame] * 4, cv2.BORDER_CONSTANT, value=0)
        edge = framed & ~cv2.erode(framed, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)))
        at, width, flat = np.flatnonzero(edge), framed.shape[1], framed.ravel()
        at = at[:: -(-len(at) // MOST_EDGE) or 1]
        codes = np.zeros((len(at), len(self.radii)), np.uint8)
        for ring, radius in enumerate(self.radii):
            for bit in range(POINTS):
                turn = 2 * np.pi * bit / POINTS
                step = round(radius * np.sin(turn)) * width + round(radius * np.cos(turn))
                codes[:, ring] |= flat[at + step] << bit
        return at // width - frame, at % width - frame, codes

    def statistics(self, codes: np.ndarray) -> np.ndarray:
        """How often each code occurs on each ring: (n, rings) uint8 -> (numbers, 1, 1) float32, 0 to `scale`.

        Square roots of the shares: common codes do not drown the rare ones.
        """
        counts = np.concatenate([np.bincount(ring, minlength=CODES) for ring in codes.T])
        return (self.scale * np.sqrt(counts / max(len(codes), 1))).astype(np.float32).reshape(self.shape)

    def pool(self, logits: np.ndarray) -> np.ndarray:
        """(1, K) logits -> (K,) float64, log-probabilities."""
        return log_softmax(np.asarray(logits[0], np.float64))


def ink_of(gray: np.ndarray) -> np.ndarray:
    """Tell ink from paper by Otsu's threshold: (H, W) uint8 of either polarity -> (H, W) uint8, 0 paper, 1 ink."""
    _, light = cv2.threshold(gray, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return light if 2 * cv2.countNonZero(light) < light.size else 1 - light


def unruled(ink: np.ndarray) -> np.ndarray:
    """Ink without the printed rules: (H, W) uint8, 0 paper, 1 ink -> the same."""
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, RULE), np.uint8))
    rules = cv2.dilate(rules, np.ones((3, 5), np.uint8)) & ink
    crossing = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((CROSSING, 1), np.uint8))
    return ink & ~(rules & ~crossing)
