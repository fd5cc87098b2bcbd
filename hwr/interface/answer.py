"""What a tab says about a picture: the answer, the ten probabilities and the stages, as HTML and as values for it."""

import base64
from collections.abc import Iterable

import cv2
import numpy as np

from hwr.imaging.stages import shrink
from hwr.interface.asset import asset, attribute
from hwr.interface.catalog import Model
from hwr.recognizer import DIGITS, PERSIAN, Prediction

STAGES = ("gray", "binary", "centered", "padded")
THUMBNAIL = 192  # px: a stage is shown at 150 px or less

BAR = '<li><span class="share"></span><i class="rail"><i></i></i><b>{latin}</b><b lang="fa">{persian}</b></li>'
STAGE = """<li><div class="frame"><img data-stage="{stage}" alt="" /></div>
<b data-word="{stage}"></b><small {text}></small></li>"""


def html(models: Iterable[Model]) -> str:
    """The answer's half of a tab. models: to choose from; the first is served to who has not chosen."""
    bars = "".join(BAR.format(latin=latin, persian=persian) for latin, persian in zip(DIGITS, PERSIAN, strict=True))
    texts = {stage: f'data-word="{stage}-text"' for stage in STAGES} | {"padded": 'class="side"'}
    stages = "".join(STAGE.format(stage=stage, text=texts[stage]) for stage in STAGES)
    told = attribute([model._asdict() for model in models])
    return asset("answer.html").replace("BARS", bars).replace("STAGES", stages).replace("MODELS", told)


def answer(prediction: Prediction) -> dict:
    """Values for the page: the digit or None, its confidence, ten probabilities, and a picture a stage."""
    stages = prediction.stages
    return {
        "digit": prediction.digit,
        "confidence": round(prediction.confidence, 4),
        "probabilities": [round(prediction.probabilities[digit], 4) for digit in DIGITS],
        "reason": prediction.reason,
        "model": prediction.model,
        "stages": {stage: data_url(getattr(stages, stage)) for stage in STAGES if getattr(stages, stage) is not None},
    }


def data_url(picture: np.ndarray) -> str:
    """A picture that HTML can carry: (H, W) uint8 -> a PNG of 192 px at most, as a data: URL."""
    _, png = cv2.imencode(".png", shrink(picture, THUMBNAIL))
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
