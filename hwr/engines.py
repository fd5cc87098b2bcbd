"""Runs a network: an ONNX file through OpenCV's dnn, or a torch module. The same answer, and a test says so."""

import threading

import cv2
import numpy as np


class OpenCVEngine:
    """An ONNX file, answered by OpenCV without torch. Safe to call from several threads."""

    def __init__(self, onnx: bytes):
        self._network = cv2.dnn.readNetFromONNX(np.frombuffer(onnx, np.uint8))
        self._one_at_a_time = threading.Lock()  # a cv2.dnn network keeps its input between two calls

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
