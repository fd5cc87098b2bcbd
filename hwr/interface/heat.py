"""Which ink an answer rests on, as the page shows it: asked for when the answer is there, which waits for nothing."""

import numpy as np

from hwr.imaging.decode import PictureError, decode
from hwr.imaging.stages import Stages
from hwr.interface.answer import data_url
from hwr.recognizer import Recognizer


def why(recognizer: Recognizer, image: bytes, script: str) -> dict:
    """Values for the page: {"heat": a data: URL}, a picture to lay over the padded one; {} without a digit.

    image: the padded picture, as the page has it from the answer: so a photograph is sent and prepared once.
    Raises PictureError for one of another size, and ScriptError.
    """
    padded, side = decode(image), recognizer.preparation.side
    if padded.shape != (side, side):
        height, width = padded.shape
        raise PictureError(f"{recognizer.name} sees {side} × {side} pixels, this picture has {width} × {height}")
    recognizer.check_script(script)
    prediction = recognizer.answer(Stages(padded, padded, padded, padded, 0.0), script=script)
    heat = recognizer.why(prediction, script=script)
    return {} if heat is None else {"heat": data_url(veil(heat, padded))}


def veil(heat: np.ndarray, padded: np.ndarray) -> np.ndarray:
    """The ink, as opaque as it speaks for the answer: -> (side, side, 4) uint8, black with alpha.

    heat: (side, side) float32, more than 0 where the ink speaks for it; padded: (side, side) uint8, 255 ink.
    """
    share = np.maximum(heat, 0) / max(heat.max(), 1e-9)
    picture = np.zeros((*heat.shape, 4), np.uint8)
    picture[..., 3] = np.round(share * padded)
    return picture
