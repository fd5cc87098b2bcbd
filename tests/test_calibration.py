import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hwr.evaluation.calibration import REFUSED, SURE, Calibration, calibration_error, fit, narrow


def sampled(temperature: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits of the ten digits that are `temperature` times too sharp, and labels that follow the true ones."""
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, (n, 10))
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)  # a draw from the softmax
    return np.column_stack([true * temperature, np.full(n, -40.0)]).astype(np.float32), labels


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_the_temperature_is_found(temperature):
    assert fit(*sampled(temperature)).temperature == pytest.approx(temperature, rel=0.03)


def test_fitting_calibrates():
    logits, labels = sampled(2.5)

    def error(calibration: Calibration) -> float:
        digits, _ = calibration.probabilities(logits)
        return calibration_error(digits.max(axis=1), digits.argmax(axis=1) == labels)

    assert error(Calibration()) > 0.1
    assert error(fit(logits, labels)) < 0.01


def test_probabilities_by_hand():
    logits = np.log(np.array([[0.1, 0.3, *[0.0125] * 8, 0.5]]))
    digits, is_digit = Calibration().probabilities(logits)
    np.testing.assert_allclose(is_digit, [0.5])
    np.testing.assert_allclose(digits, [[0.2, 0.6, *[0.025] * 8]])
    # At temperature 1/2 every probability is squared before they are made to sum to 1.
    digits, is_digit = Calibration(temperature=0.5).probabilities(logits)
    squares = 0.01 + 0.09 + 8 * 0.0125**2
    np.testing.assert_allclose(is_digit, [squares / (squares + 0.25)])
    np.testing.assert_allclose(digits[0, 1], 0.09 / squares)


@pytest.mark.parametrize("classes", [10, 70])
def test_a_network_that_knows_no_refusal_is_always_sure_that_it_is_one(classes):
    logits = np.random.default_rng(0).normal(0, 3, (5, classes)).astype(np.float32)
    probabilities, is_digit = Calibration(2.0).probabilities(logits)
    weights = np.exp(logits / 2)
    np.testing.assert_allclose(probabilities, weights / weights.sum(axis=1, keepdims=True), rtol=1e-5)
    np.testing.assert_array_equal(is_digit, np.ones(5))
    assert not Calibration(2.0, 0.5).refuses(is_digit).any()


def test_pictures_on_which_nothing_is_written_do_not_matter_to_the_fit():
    logits, labels = sampled(2.5)
    logits, labels = logits[:, :10], labels
    blank = np.full((3, 10), np.nan, np.float32)
    fitted = fit(np.vstack([blank, logits]), np.concatenate([[0, 1, 2], labels]))
    assert fitted == fit(logits, labels)
    assert fitted.temperature == pytest.approx(2.5, rel=0.03)
    assert fitted.least_digit == 0.5


@given(arrays(np.float32, (3, 11), elements=st.floats(-1000, 1000, width=32)), st.floats(0.05, 20))
def test_probabilities_sum_to_1_whatever_the_logits(logits, temperature):
    digits, is_digit = Calibration(temperature).probabilities(logits)
    np.testing.assert_allclose(digits.sum(axis=1), 1, atol=1e-6)
    assert ((digits >= 0) & (digits <= 1)).all()
    assert ((is_digit >= 0) & (is_digit <= 1 + 1e-12)).all()
    chosen = np.take_along_axis(logits[:, :10], digits.argmax(axis=1)[:, None], axis=1)[:, 0]
    np.testing.assert_allclose(chosen / temperature, logits[:, :10].max(axis=1) / temperature, atol=1e-6)


def test_calibration_error_by_hand():
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    correct = np.array([True, True, True, False, True, False])
    # Four answers at 0.95, three of them right: 0.8 too sure in sum; two at 0.55, one right: 0.1.
    assert calibration_error(confidence, correct) == pytest.approx(0.9 / 6)
    assert calibration_error(confidence, correct, bins=1) == pytest.approx((4 * 0.95 + 2 * 0.55 - 4) / 6)


def test_calibration_error_at_the_ends():
    assert calibration_error(np.array([1.0, 1.0, 0.0]), np.array([True, True, False])) == 0
    assert calibration_error(np.array([1.0, 0.0]), np.array([False, True])) == 1
    assert calibration_error(np.empty(0), np.empty(0, bool)) == 0


def doubted(share: float, n: int = 10_000) -> np.ndarray:
    """Logits of n pictures of a 3, a share of which look like no digit at all."""
    logits = np.zeros((n, 11))
    logits[:, 3] = 10
    count = int(share * n)
    logits[:count, 10] = np.linspace(12, 11, count)
    return logits


def test_every_digit_is_surely_one_and_half_is_the_level():
    assert fit(doubted(0), np.full(10_000, 3)).least_digit == 0.5


@pytest.mark.parametrize("share", [0.01, 0.05])
def test_few_digits_of_validation_are_refused(share):
    """The level falls until no more than REFUSED of the true digits lie below it."""
    logits = doubted(share)
    calibration = fit(logits, np.full(len(logits), 3))
    _, is_digit = calibration.probabilities(logits)
    assert calibration.least_digit < 0.5
    assert (is_digit < calibration.least_digit).mean() <= 2 * REFUSED
    assert (is_digit < calibration.least_digit + 0.01).mean() > REFUSED


def test_few_pictures_all_of_them_right_make_no_network_as_sure_as_can_be():
    logits = np.full((70, 70), -1.0, np.float32)
    np.fill_diagonal(logits, 1.0)
    fitted = fit(logits, np.arange(70))
    confidence = fitted.probabilities(logits)[0].max(axis=1)
    np.testing.assert_allclose(confidence, 71 / 72, atol=1e-3)


def shared(*told: tuple[int, float]) -> np.ndarray:
    """One row of 21 logits, whose softmax gives these classes these shares, and the others almost nothing."""
    shares = np.full((1, 21), 1e-9)
    for place, share in told:
        shares[0, place] = share
    return np.log(shares)


def test_one_shape_of_two_scripts_is_one_digit():
    """۱ or 1: the digit is as sure as both together, whichever is meant; and what is no digit is so of either."""
    logits = shared((1, 0.3), (11, 0.4), (17, 0.1), (20, 0.2))
    digits, is_digit = Calibration().probabilities(logits)
    assert digits.shape == (1, 10)
    np.testing.assert_allclose(is_digit, [0.8], atol=1e-6)
    np.testing.assert_allclose(digits[0, [1, 7]], [7 / 8, 1 / 8], atol=1e-6)
    within = Calibration().by_script(logits)
    assert within.shape == (1, 2, 10)
    np.testing.assert_allclose(within[0, [0, 1, 1], [1, 1, 7]], [3 / 8, 4 / 8, 1 / 8], atol=1e-6)


@given(arrays(np.float32, (3, 21), elements=st.floats(-1000, 1000, width=32)), st.floats(0.05, 20))
def test_probabilities_of_two_scripts_sum_to_1_whatever_the_logits(logits, temperature):
    calibration = Calibration(temperature)
    digits, is_digit = calibration.probabilities(logits)
    np.testing.assert_allclose(digits.sum(axis=1), 1, atol=1e-6)
    assert ((digits >= 0) & (digits <= 1 + 1e-12)).all()
    assert ((is_digit >= 0) & (is_digit <= 1 + 1e-12)).all()
    np.testing.assert_allclose(calibration.by_script(logits).sum(axis=1), digits, atol=1e-9)


@pytest.mark.parametrize(("script", "first"), [("persian", 0), ("latin", 10)])
def test_a_known_script_leaves_its_digits_and_no_digit(script, first):
    logits = np.random.default_rng(0).normal(0, 3, (5, 21)).astype(np.float32)
    right = logits[:, [*range(first, first + 10), 20]]
    np.testing.assert_array_equal(narrow(logits, script), right)
    each = (Calibration(0.7).probabilities(of) for of in (narrow(logits, script), right))
    for narrowed, alone in zip(*each, strict=True):
        np.testing.assert_allclose(narrowed, alone, atol=1e-12)
    # What it is among its script's digits is what it was, their sum left out of account.
    within = Calibration(0.7).by_script(logits)[:, first // 10]
    np.testing.assert_allclose(
        Calibration(0.7).probabilities(right)[0], within / within.sum(axis=1, keepdims=True), atol=1e-9
    )


@pytest.mark.parametrize(("script", "first"), [("persian", 0), ("latin", 10)])
def test_a_known_script_leaves_its_digits_and_both_say_whether_it_is_one(script, first):
    logits = np.random.default_rng(0).normal(0, 3, (5, 21)).astype(np.float32)
    digits, is_digit = Calibration(0.7).probabilities(logits, script)
    np.testing.assert_allclose(digits, Calibration(0.7).probabilities(narrow(logits, script))[0], atol=1e-12)
    np.testing.assert_array_equal(is_digit, Calibration(0.7).probabilities(logits)[1])
    assert not Calibration(0.7).by_script(logits, script)[:, 1 - first // 10].any()


def test_what_is_known_may_differ_from_picture_to_picture():
    logits = np.random.default_rng(1).normal(0, 3, (3, 21))
    together, _ = Calibration().probabilities(logits, np.array(["latin", "auto", "persian"]))
    for k, script in enumerate(("latin", "auto", "persian")):
        np.testing.assert_array_equal(together[k], Calibration().probabilities(logits[k : k + 1], script)[0][0])


@pytest.mark.parametrize(
    ("classes", "script"), [(21, "auto"), (10, "latin"), (11, "persian"), (11, "latin"), (70, "auto")]
)
def test_narrow_leaves_what_has_no_scripts_to_choose_from(classes, script):
    logits = np.arange(2.0 * classes).reshape(2, classes)
    assert narrow(logits, script) is logits


def test_a_script_that_is_none_can_not_be_narrowed_to():
    with pytest.raises(ValueError, match="no script is called 'roman'; there are persian, latin, and auto for either"):
        narrow(np.zeros((1, 11)), "roman")


def test_sure_is_the_level_from_which_answers_are_right():
    """Of answers that are right as often as they say: above it SURE are right, just below it fewer."""
    rng = np.random.default_rng(0)
    logits = np.column_stack([rng.normal(0, 4, (100_000, 10)), np.full(100_000, -40.0)])
    labels = (logits[:, :10] + rng.gumbel(size=(100_000, 10))).argmax(axis=1)
    fitted = fit(logits, labels)
    digits, is_digit = fitted.probabilities(logits)
    confidence, right = digits.max(axis=1) * is_digit, digits.argmax(axis=1) == labels
    above = confidence >= fitted.sure
    assert above.mean() > 0.01
    assert right[above].mean() >= SURE
    below = ~above & (confidence > fitted.sure - 0.05)
    assert below.sum() > 500
    assert right[below].mean() < SURE
    assert fitted.sure == pytest.approx(SURE, abs=0.015)  # calibrated as it is


def test_what_is_always_right_is_always_sure_and_what_never_is_never():
    logits = np.zeros((200, 11))
    logits[:, 3] = np.linspace(3, 9, 200)
    surest = fit(logits, np.full(200, 3))
    digits, is_digit = surest.probabilities(logits)
    assert (digits.max(axis=1) * is_digit).min() >= surest.sure - 1e-4
    assert fit(logits, np.full(200, 4)).sure == 1


def test_what_was_never_fitted_guesses_a_level():
    assert Calibration() == Calibration(1.0, 0.5, 0.9)
