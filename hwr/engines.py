"""Runs a network: an ONNX file through OpenCV's dnn, or a torch module. The same answer, and a test says so."""

import re
import threading

import cv2
import numpy as np


class EngineError(ValueError):
    """A network that can't be run; the sentence says what came."""


class OpenCVEngine:
    """An ONNX file, answered by OpenCV without torch. Safe to call from several threads.

    shape: (C, H, W) of one input; classes: how many it tells apart.
    Raises EngineError for bytes that are no network of this kind.
    """

    def __init__(self, onnx: bytes):
        try:
            self._network = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
            *_, channels, height, width = self._declared("inputs")
            _, self.classes, *_ = self._declared("outputs")
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
        return np.stack([self._answer(x) for x in inputs])

    def _answer(self, x: np.ndarray) -> np.ndarray:
        with self._one_at_a_time:  # not around all inputs: whoever asks for one need not wait for another's many
            self._network.setInput(x[None])
            return self._network.forward()[0].copy()


class TorchEngine:
    """A torch module in evaluation mode, for networks that are not exported and to check those that are.

    model: a name in `hwr.models.BUILDERS`; safetensors: the bytes of its weights.
    Raises EngineError where there is no torch, no such architecture, or the weights are another's.
    """

    def __init__(self, model: str, safetensors: bytes):
        try:
            import torch
            from safetensors import SafetensorError
            from safetensors.torch import load

            from hwr.models import BUILDERS
        except ImportError:
            raise EngineError("it needs torch; pip install -r requirements-train.txt") from None
        if model not in BUILDERS:
            raise EngineError(f"no architecture is called {model!r}; there are {', '.join(sorted(BUILDERS))}")
        self._torch = torch
        self._network = BUILDERS[model]().eval()
        own = self._network.state_dict()
        try:
            tensors = load(safetensors)
        except (SafetensorError, ValueError, KeyError):
            raise EngineError("this is no safetensors file") from None
        for name in sorted(own.keys() | tensors.keys()):
            came, expected = (tuple(held[name].shape) if name in held else None for held in (tensors, own))
            if came != expected:
                raise EngineError(f"these are not the weights of {model}: {name} is {came}, expected {expected}")
        self._network.load_state_dict(tensors)
        *_, last = own.values()
        self.classes = len(last)

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, C, H, W) float32 -> (N, classes) float32; raises EngineError for inputs of a shape it does not take."""
        try:
            with self._torch.inference_mode():
                return self._network(self._torch.from_numpy(inputs)).numpy()
        except RuntimeError:
            raise EngineError(f"it takes no pictures of {inputs.shape[1:]}") from None
