import numpy as np
import pytest
from pictures import drawing

import hwr
from hwr import attribution, weights
from hwr.evaluation.calibration import Calibration
from hwr.imaging.preparation import Preparation

CORNER = (slice(8, 12), slice(8, 12))  # one square of the grid that the windows' edges make
MODELS = {"hoda-compact": "compact", "mnist-cnn-adadelta": "cnn-shallow", "persian-lenet5": "lenet5"}


class Engine:
    """Sees a 3 in every picture, the surer the more ink is in CORNER; `asked` is what it was last given."""

    def __init__(self, favor: float):
        self.favor = favor

    def logits(self, x: np.ndarray) -> np.ndarray:
        self.asked = x
        said = np.zeros((len(x), 11), np.float32)
        said[:, 3] = 2 + self.favor * x[:, 0][:, *CORNER].mean(axis=(1, 2))
        return said


def looking(favor: float) -> hwr.Recognizer:
    return hwr.Recognizer("stub", Engine(favor), Preparation(size_plane=True), Calibration())


@pytest.fixture(scope="module")
def full() -> np.ndarray:
    """A square of ink, which fills the padded picture but for its margin."""
    return np.pad(np.zeros((200, 200), np.uint8), 40, constant_values=255)


@pytest.mark.parametrize("favor", [2.0, -1.0], ids=["for", "against"])
def test_ink_speaks_for_the_answer_or_against_it(favor, full):
    recognizer = looking(favor)
    said = recognizer.read(full)
    heat = recognizer.why(said)
    assert (heat.shape, heat.dtype) == ((32, 32), np.float32)
    # Each of the four windows that cover the corner hides it wholly.
    np.testing.assert_allclose(heat[CORNER], favor, rtol=1e-5)
    assert np.abs(heat).max() == pytest.approx(abs(favor))
    touched = np.zeros((32, 32), bool)
    touched[4:16, 4:16] = True
    assert (np.sign(heat[touched]) == np.sign(favor)).all()
    assert not heat[~touched].any()


def test_where_no_ink_is_near_nothing_is_said(recognizer):
    said = recognizer.read(drawing(1))
    heat = recognizer.why(said)
    across = np.flatnonzero(said.stages.padded.any(axis=0))
    assert np.isfinite(heat).all()
    assert heat.max() > 0
    assert not heat[:, : across[0] - attribution.WINDOW].any()
    assert not heat[:, across[-1] + attribution.WINDOW :].any()


@pytest.mark.parametrize("side", [28, 30, 32, 64])
def test_windows_cover_the_whole_picture(side):
    covered = np.zeros((side, side), int)
    for place in attribution.windows((side, side)):
        covered[place] += 1
    assert covered.min() >= 1
    assert covered.max() == (attribution.WINDOW / attribution.STRIDE) ** 2


def test_it_asks_no_more_than_an_answer_may_cost(full):
    recognizer = looking(1.0)
    recognizer.why(recognizer.read(full))
    assert len(recognizer.engine.asked) <= 50


def test_without_a_digit_there_is_nothing_to_tell(recognizer):
    assert recognizer.why(recognizer.read(np.full((280, 280), 255, np.uint8))) is None
    scribble = np.random.default_rng(0).integers(0, 256, (60, 60), np.uint8)
    assert recognizer.why(recognizer.read(scribble)) is None


def test_the_resolution_reaches_the_network(full):
    recognizer = looking(1.0)
    said = recognizer.read(full, 2000)
    recognizer.why(said, 2000)
    np.testing.assert_allclose(recognizer.engine.asked[:, 1], 200 / 2000 * 25.4 / 4, rtol=1e-5)
    recognizer.why(said)
    assert not recognizer.engine.asked[:, 1].any()


@pytest.mark.parametrize("digit", [1, 4, 6])
@pytest.mark.parametrize("name", MODELS)
def test_captum_finds_the_same_with_torch(name, digit):
    """Occlusion by another library, of the same network run by another engine."""
    occlusion = pytest.importorskip("captum.attr").Occlusion
    torch = pytest.importorskip("torch")
    from safetensors.torch import load

    from hwr.models import BUILDERS

    recognizer = hwr.load(name)
    said = recognizer.read(drawing(digit))
    heat = recognizer.why(said)
    network = BUILDERS[MODELS[name]]().eval()
    network.load_state_dict(load(weights.read(name, "model.safetensors")))
    answered = int(said.digit)

    def odds(x):
        scaled = network(x).double() / recognizer.calibration.temperature
        others = torch.cat([scaled[:, :answered], scaled[:, answered + 1 :]], dim=1)
        return scaled[:, answered] - others.logsumexp(dim=1)

    x = torch.from_numpy(recognizer.preparation.input(said.stages))
    channels = len(x)
    paper = recognizer.preparation.input(said.stages._replace(padded=np.zeros_like(said.stages.padded)))
    with torch.inference_mode():
        told = occlusion(odds).attribute(
            x[None],
            sliding_window_shapes=(channels, attribution.WINDOW, attribution.WINDOW),
            strides=(channels, attribution.STRIDE, attribution.STRIDE),
            baselines=torch.from_numpy(paper)[None],
        )
    np.testing.assert_allclose(heat, told[0, 0].numpy(), atol=1e-3)
    assert heat.max() > 0.1
