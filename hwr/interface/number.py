"""A number on the page: its text, and the picture on which each of its digits has its box."""

from hwr.imaging.decode import decode
from hwr.imaging.stages import WORK
from hwr.interface.answer import data_url
from hwr.recognizer import Recognizer

LONGEST = 2 * WORK  # px: a large JPEG may be decoded smaller, but no smaller than this; a number is wider than a digit
SHOWN = 720  # px: the card is not wider on most screens


def number(recognizer: Recognizer, image: bytes, script: str) -> dict:
    """What a picture of a number says, for the page. Raises what `Recognizer.read_number` does.

    A digit's "box" is [x0, y0, x1, y1] as shares of the picture's width and height; "padded" is what the network sees
    of it, None where that is nothing.
    """
    gray = decode(image, LONGEST)
    reading = recognizer.read_number(gray, script=script)
    height, width = gray.shape
    digits = [
        {
            "digit": digit,
            "confidence": round(said.confidence, 4),
            "sure": said.sure,
            "box": [round(at / side, 4) for at, side in zip(said.box, (width, height, width, height), strict=True)],
            "padded": None if said.stages.padded is None else data_url(said.stages.padded),
        }
        for digit, said in zip(filter(str.isdigit, reading.text), reading.digits, strict=True)
    ]
    return {
        "text": reading.text,
        "script": reading.script,
        "confidence": round(reading.confidence, 4),
        "sure": reading.sure,
        "digits": digits,
        "reason": reading.reason,
        "model": reading.model,
        "picture": data_url(gray, SHOWN, "jpeg"),
    }
