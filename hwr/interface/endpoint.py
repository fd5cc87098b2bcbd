"""The same answers for programs: the named endpoint /read, a picture's file in, JSON out."""

from pathlib import Path

import gradio as gr

from hwr.imaging.decode import PictureError
from hwr.interface.door import AT_ONCE, MOST
from hwr.recognizer import Recognizer


class PictureFile(gr.File):
    """A file that was uploaded here. Unlike gr.File it never fetches an address that a stranger names."""

    async def async_move_resource_to_block_cache(self, url_or_file_path):
        """The path of an uploaded file; raises gr.Error for an address."""
        if "://" in str(url_or_file_path):
            raise gr.Error("upload the picture itself; addresses are not fetched")
        return await super().async_move_resource_to_block_cache(url_or_file_path)


def add(recognizer: Recognizer) -> None:
    """Add the endpoint to the page that is being built."""

    def read(picture: str | None) -> dict:
        """Read one handwritten digit from a picture (PNG, JPEG, WebP, GIF, BMP or TIFF, up to 5 MB)."""
        if picture is None:
            raise gr.Error("no picture came; send a file")
        path = Path(picture)
        try:
            if path.stat().st_size > MOST:
                raise gr.Error(f"the picture has more than {MOST // 1_000_000} MB; make it smaller")
            prediction = recognizer.read(path)
        except PictureError as error:
            raise gr.Error(str(error)) from None
        finally:
            path.unlink(missing_ok=True)
        answer = {
            "path": path.name,
            "digit": prediction.digit,
            "confidence": prediction.confidence,
            "is_digit": prediction.is_digit,
            "probabilities": prediction.probabilities,
            "model": prediction.model,
        }
        return answer if prediction.reason is None else {**answer, "reason": prediction.reason}

    picture = PictureFile(visible=False, label="picture")
    answer = gr.JSON(visible=False, label="answer")
    gr.on([], read, picture, answer, api_name="read", concurrency_limit=AT_ONCE, show_progress="hidden")
