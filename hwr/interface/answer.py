"""What a tab says about a picture: the answer, the ten probabilities and the stages, as HTML and as values for it."""

import base64
from collections.abc import Iterable

import cv2
import numpy as np

from hwr.imaging.stages import shrink
from hwr.interface.asset import asset, attribute
from hwr.interface.catalog import Model
from hwr.recognizer import DIGITS, PERSIAN, Prediction, Recognizer

STAGES = ("gray", "binary", "centered", "padded")
THUMBNAIL = 192  # px: a stage is shown at 150 px or less
WIDEST = 1.5  # times as wide as high, what is hardly a digit may be several

BAR = '<li><span class="share"></span><i class="rail"><i></i></i><b>{latin}</b><b lang="fa">{persian}</b></li>'
STAGE = """<li><div class="frame"><img data-stage="{stage}" alt="" />{heat}</div>
<b data-word="{stage}"></b><small {text}></small></li>"""


def desk(card: str, models: Iterable[Model]) -> str:
    """A tab's HTML: its own card, the answer and the stages.

    models: to choose from; the first is served to who has not chosen.
    """
    bars = "".join(BAR.format(latin=latin, persian=persian) for latin, persian in zip(DIGITS, PERSIAN, strict=True))
    texts = {stage: f'data-word="{stage}-text"' for stage in STAGES} | {"padded": 'class="side"'}
    heat = {"padded": '<i class="heat"></i>'}
    stages = "".join(STAGE.format(stage=stage, text=texts[stage], heat=heat.get(stage, "")) for stage in STAGES)
    told = attribute([model.json() for model in models])
    said = asset("answer.html").replace("BARS", bars).replace("STAGES", stages).replace("MODELS", told)
    return f'<div class="hwr desk">{card.replace("WISHES", asset("wishes.html"))}{said}</div>'


def read(recognizer: Recognizer, image: bytes, script: str) -> dict:
    """What a picture of one digit says, for the page. Raises what `Recognizer.read` does."""
    return answer(recognizer.read(image, script=script))


def answer(prediction: Prediction) -> dict:
    """Values for the page: the digit or None, its confidence, ten probabilities, whether what is written may be several
    digits, and a picture a stage."""
    stages, other = prediction.stages, prediction.other
    return {
        "digit": prediction.digit,
        "script": prediction.script,
        "confidence": round(prediction.confidence, 4),
        "sure": prediction.sure,
        "other": other and other._asdict(),
        "probabilities": [round(prediction.probabilities[digit], 4) for digit in DIGITS],
        "several": _may_be_several(prediction),
        "reason": prediction.reason,
        "model": prediction.model,
        "stages": {stage: data_url(getattr(stages, stage)) for stage in STAGES if getattr(stages, stage) is not None},
    }


def _may_be_several(prediction: Prediction) -> bool:
    """Whether what is written is no digit, or hardly one and wider than any."""
    if prediction.stages.padded is None:  # a blank sheet
        return False
    tall, wide = prediction.stages.centered.shape
    return not prediction.is_digit or (not prediction.sure and wide > WIDEST * tall)


def data_url(picture: np.ndarray, longest: int = THUMBNAIL, form: str = "png") -> str:
    """A picture that HTML can carry: (H, W) or (H, W, 4) uint8 -> a data: URL.

    longest: px that a side may have; form: "png", or "jpeg" for what may be a large photograph.
    """
    _, data = cv2.imencode(f".{form}", shrink(picture, longest))
    return f"data:image/{form};base64,{base64.b64encode(data).decode()}"
