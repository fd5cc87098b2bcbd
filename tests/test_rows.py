import dataclasses
import itertools
import json

import networks
import numpy as np
import pytest
import torch
from pictures import drawing, mask

import hwr
from hwr import rows, weights
from hwr.data.samples import MARKS, NO_SIGN, Samples, sign_class
from hwr.imaging import search, segment
from hwr.imaging.rows import RowPreparation
from hwr.models.rows import Rows
from hwr.recipes import RECIPES
from hwr.training.rows import Made, Maker, Strips, middles, write

RECIPE = RECIPES["numbers"]
MARKED = [sign_class(mark, "latin") for mark in MARKS]


def page(digits=(7, 2, 5), side: int = 100) -> np.ndarray:
    """Our own digits beside each other: (H, W) uint8, dark on light."""
    return 255 - np.pad(np.hstack([mask(digit, side, 24) for digit in digits]), 30)


@pytest.fixture(scope="module")
def samples() -> Samples:
    """Our own drawings of the ten digits, as a scan has them: two tones."""
    scans = [np.where(drawing(digit, 84, 20) > 127, 255, 0).astype(np.uint8) for digit in range(10)]
    return Samples(scans, np.arange(10))


def maker(samples: Samples, views: float = 5, split: str = "train") -> Maker:
    augment = dataclasses.replace(RECIPE.augment, views=views)
    return Maker([samples], dataclasses.replace(RECIPE, augment=augment), split=split)


# The strip


@pytest.mark.parametrize("side", [60, 100, 160])
def test_a_strip_has_one_size_whatever_the_row_s(side):
    prepare = RowPreparation()
    row = search.find(page(side=side))
    strip = prepare.strip(row)
    assert strip.x.dtype == np.float32
    assert strip.x.shape[:2] == (1, prepare.height)
    assert strip.x.shape[2] % prepare.step == 0
    assert (strip.x.min(), strip.x.max()) == (0, 1)
    written = np.flatnonzero(strip.x[0].any(axis=1))
    assert np.ptp(written) == pytest.approx(prepare.digit, abs=6)
    assert written.mean() == pytest.approx(prepare.height / 2, abs=3)
    assert not strip.x[..., : prepare.margin - 2].any()


def test_columns_of_the_row_are_found_on_the_strip():
    row = search.find(page())
    strip = RowPreparation().strip(row)
    for x0, _, x1, _ in (piece.box for piece in row.pieces):
        left, right = ((x - strip.left) * strip.scale for x in (x0, x1))
        assert strip.x[0, :, round(left) : round(right)].any()
    first = np.flatnonzero(strip.x[0].any(axis=0))[0]
    assert first == pytest.approx((row.pieces[0].box[0] - strip.left) * strip.scale, abs=1.5)


def test_what_is_higher_than_the_strip_is_cut_off():
    tall = segment.Piece((0, 0, 10, 400), np.full((400, 10), 255, np.uint8))
    strip = RowPreparation().strip(segment.Row([tall], 60.0, np.eye(3)[:2]))
    assert strip.x[0, :, strip.x.shape[2] // 2].all()


# What is heard


def heard(columns: int) -> rows.Heard:
    logits = np.random.default_rng(0).normal(0, 2, (columns, 15))
    return rows.Heard(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), 0.0, 1.0)


def test_one_sign_is_every_way_to_write_it():
    said = heard(7)
    likely = np.exp(said.logs)
    found = np.exp(said.single(np.array([[1.0, 6.0]])))[0]
    for own in range(14):
        ways = 0.0
        for first, last in itertools.combinations(range(1, 7), 2):  # the sign stands from first to last - 1
            signs = [own if first <= column < last else 14 for column in range(1, 6)]
            ways += np.prod([likely[column, sign] for column, sign in zip(range(1, 6), signs, strict=True)])
        assert found[own] == pytest.approx(ways)


def test_several_at_once_and_borders_outside():
    said = heard(9)
    borders = np.array([[-np.inf, 4.0], [4.0, np.inf], [2.0, 3.0]])
    together = said.single(borders)
    assert together.shape == (3, 14)
    np.testing.assert_allclose(together, np.concatenate([said.single(each[None]) for each in borders]))
    np.testing.assert_allclose(together[2], np.maximum(said.logs[2, :14], rows.FLOOR))


def test_nothing_is_no_sign_in_any_column():
    said = heard(6)
    expected = [said.logs[1:4, -1].sum(), max(said.logs[:, -1].sum(), rows.FLOOR), 0]
    np.testing.assert_allclose(said.nothing(np.array([[1.0, 4.0], [-np.inf, np.inf], [2.0, 2.0]])), expected)


def test_where_no_column_is_there_is_no_sign():
    assert (heard(5).single(np.array([[2.0, 2.0]])) == rows.FLOOR).all()


def test_the_script_that_is_known_is_the_only_one():
    logits = np.random.default_rng(0).normal(0, 2, (5, 25)).astype(np.float32)
    logs = rows.Answer(logits, 0.0, 1.0).within("latin").logs
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1)
    np.testing.assert_allclose(logs[:, 0] - logs[:, 14], logits[:, 10] - logits[:, 20], rtol=1e-5)
    np.testing.assert_allclose(logs[:, 10:14] - logs[:, 14:], logits[:, 21:] - logits[:, 20:21], rtol=1e-5)


def test_the_network_that_ships_hears_each_digit_at_its_place():
    row = search.find(page((7, 2, 4)))
    said = rows.load(rows.NAME).hear(row).within("persian")
    boxes = np.array([piece.box for piece in row.pieces], float)
    single = said.single(boxes[:, [0, 2]])
    assert single.argmax(axis=1).tolist() == [7, 2, 4]
    assert (single.max(axis=1) > np.log(0.5)).all()
    assert said.single(np.array([[-np.inf, np.inf]])).max() < -5  # three are not one


def test_numbers_are_read_without_it(monkeypatch, tmp_path):
    rows.shipped.cache_clear()
    monkeypatch.setattr(rows, "NAME", str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.onnx").write_bytes(b"no network")
    try:
        with pytest.warns(UserWarning, match="numbers are read without the network of rows"):
            assert rows.shipped() is None
        assert hwr.load().read_number(page((7, 2, 4)), script="persian").text == "724"
    finally:
        rows.shipped.cache_clear()


@pytest.mark.parametrize("config", ["", "[]", "{}", '{"preparation": {"depth": 1}}', '{"preparation": {}}'])
def test_what_is_no_network_of_rows_is_told(config, tmp_path):
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "model.onnx").write_bytes(b"no network")
    with pytest.raises(ValueError, match=r"."):
        rows.load(str(tmp_path))


def kept(folder, onnx: bytes, **preparation) -> str:
    (folder / "config.json").write_text(json.dumps({"preparation": preparation}))
    (folder / "model.onnx").write_bytes(onnx)
    return str(folder)


def test_a_network_of_rows_is_loaded(tmp_path):
    assert rows.load(kept(tmp_path, networks.rows(25), width=64)).preparation.width == 64


@pytest.mark.parametrize("onnx", [networks.rows(21), networks.onnx(7)])
def test_a_network_of_other_classes_is_refused(onnx, tmp_path):
    with pytest.raises(weights.WeightsError, match=r"tells (21|10) classes apart; a network of rows tells 25"):
        rows.load(kept(tmp_path, onnx, width=64))


@pytest.mark.parametrize("preparation", [{"width": 32}, {"width": "a"}, {"width": 0}, {"height": 24, "width": 64}])
def test_another_network_s_preparation_is_refused(preparation, tmp_path):
    with pytest.raises(weights.WeightsError, match=r"are of two networks"):
        rows.load(kept(tmp_path, networks.rows(25), **preparation))


def test_it_reads_nothing_by_itself():
    with pytest.raises(weights.WeightsError, match="numbers tells apart the digits of a whole number"):
        hwr.load("numbers")


# What it is trained on


def test_strips_are_filled_and_told_column_by_column(samples):
    strip, told = maker(samples)[0]
    prepare = RECIPE.prepare
    assert (strip.shape, strip.dtype) == (prepare.shape, torch.uint8)
    assert (told.shape, told.dtype) == ((1, prepare.width // prepare.step), torch.int64)
    assert set(told.unique().tolist()) <= {*range(10), NO_SIGN, *MARKED}  # Persian ones
    assert (told != NO_SIGN).float().mean() > 0.1
    ink = strip[0].amax(dim=0).reshape(-1, prepare.step).amax(dim=1) > 100
    middles = told[0] != NO_SIGN
    assert ink[middles].float().mean() > 0.9  # a digit's middle has ink, but in a broken one


def test_the_same_strips_for_the_same_seed(samples):
    (one, _), (same, _), (other, _) = maker(samples)[1], maker(samples)[1], maker(samples)[2]
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert len(maker(samples)) == round(5 * 10 / 18)
    validation, _ = maker(samples, split="validation")[1]
    assert not torch.equal(one, validation)


def test_latin_digits_come_behind_the_persian_ones(samples):
    _, told = maker(samples._replace(script="latin"))[0]
    assert set(told.unique().tolist()) <= {*range(10, 20), NO_SIGN, *MARKED}


def test_a_number_that_is_wider_than_a_strip_is_left_out(samples):
    narrow = dataclasses.replace(
        RECIPE, prepare=RowPreparation(width=96), augment=dataclasses.replace(RECIPE.augment, views=2)
    )
    made = Maker([samples], narrow)
    for k in range(12):
        strip, told = made[k]
        assert strip.max() == 255
        assert (told != NO_SIGN).any()


def test_one_digit_may_stand_again_and_again(samples):
    shares = {}
    for repeated in (0, 1):
        often = dataclasses.replace(RECIPE.augment, touching=0, marked=0, boxed=0, repeated=repeated)
        texts = [write(samples, 64.0, often, np.random.default_rng(seed)).text for seed in range(60)]
        texts = [text for text in texts if text.isdecimal() and len(text) > 3]
        shares[repeated] = np.mean([text.count(text[0]) / len(text) for text in texts])
    assert shares[1] > 2 * shares[0]


def test_marks_are_told_at_their_middles(samples):
    often = dataclasses.replace(RECIPE.augment, touching=0, marked=1, boxed=0)
    for seed in range(12):
        number = write(samples, 64.0, often, np.random.default_rng(seed))
        row = maker(samples)._row(number, "persian")
        told = [label for label, _ in itertools.groupby(row[1].tolist()) if label != NO_SIGN]
        assert told == [sign_class(sign, "persian") for sign in number.text]


def test_batches_are_of_inputs_and_labels(samples):
    strips, told = zip(*(maker(samples)[k] for k in range(3)), strict=True)
    pictures = Strips(Made(torch.stack(strips), torch.stack(told)))
    x, labels = pictures.batch([2, 0])
    assert len(pictures) == 3
    assert x.shape == (2, *RECIPE.prepare.shape)
    assert x.dtype == torch.float32
    assert 0 <= x.min() < x.max() <= 1
    assert torch.equal(labels, torch.stack([told[2], told[0]]))


def test_each_digit_is_asked_about_at_its_middle(samples):
    made = Made(*(each[None] for each in maker(samples)[0]))
    torch.manual_seed(0)
    network = Rows().eval()
    pictures, labels, logits = middles(made, network)
    edges = np.flatnonzero(np.diff(made.labels[0, 0].numpy(), prepend=NO_SIGN, append=NO_SIGN) != 0)
    assert 3 < len(pictures) == len(labels) == len(logits) <= len(edges)
    assert logits.shape[1] == NO_SIGN + 1
    side = RECIPE.prepare.height
    assert all(picture.shape == (side, side) and picture.dtype == np.uint8 for picture in pictures)
    assert all((picture[:, side // 2 - 4 : side // 2 + 4] < 100).any() for picture in pictures)
    assert set(labels) <= set(range(10))
