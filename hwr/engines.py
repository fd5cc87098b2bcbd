"""Runs a network: an ONNX file through OpenCV's dnn, or a torch module. The same answer, and a test says so."""

import re
import threading

import cv2
import numpy as np


class EngineError(ValueError):
    """A network that can't be run; the sentence says what came."""


class OpenCVEngine:
    """An ONNX file, answered by OpenCV without torch. Safe to call from several threads.

    shape: (C, H, W) of one input; classes: how many numbers answer it.
    Raises EngineError for bytes that are no network of this kind.
    """

    def __init__(self, onnx: bytes):
        try:
            self._network = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
            *_, channels, height, width = self._declared("inputs")
            *_, self.classes = self._declared("outputs")
        except (cv2.error, ValueError, AttributeError):
            raise EngineError("this is no ONNX network from one picture to its classes") from None
        self.shape = (channels, height, width)
        self._one_at_a_time = threading.Lock()  # a cv2.dnn network keeps its input between two calls

    def _declared(self, side: str) -> list[int]:
        """The shape of what goes in or comes out: OpenCV has no other way to ask for it than to print the network."""
        told = re.search(rf"\b{side}: \[\s*\"[^\"]*\" // <\w+> \S+ \[([\dx ]+)\]", self._network.dump())
        return [int(size) for size in told[1].split("x")] if told else []

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, C, H, W) float32 -> (N, classes) float32."""
        answers = []
        with self._one_at_a_time:
            for x in inputs:
                self._network.setInput(x[None])
                answers.append(self._network.forward()[0].copy())
        return np.stack(answers)


class TorchEngine:
    """A torch module in evaluation mode, for networks that are not exported and to check those that are.

    model: a name in `hwr.models.BUILDERS`; safetensors: the bytes of its weights.
    """

    def __init__(self, model: str, safetensors: bytes):
        import torch
        from safetensors.torch import load

        from hwr.models import build

        self._torch = torch
        self._network = build(model).eval()
        self._network.load_state_dict(load(safetensors))

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, C, H, W) float32 -> (N, classes) float32."""
        with self._torch.inference_mode():
            return self._network(self._torch.from_numpy(inputs)).numpy()
