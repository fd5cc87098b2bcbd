import cv2
import numpy as np
import pytest
from made import write_pages70

from hwr import data
from hwr.data import pages70, source
from hwr.imaging.patches import PagePreparation


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_pages70(tmp_path_factory.mktemp("data"), writers=11)


def page(folder, writer: int) -> np.ndarray:
    return cv2.imread(str(folder / f"pages70/train/{writer:02}_1_{630 + writer}.png"), cv2.IMREAD_GRAYSCALE)


def test_training_has_the_rows_of_its_strips(folder):
    samples = data.read("pages70", "train", folder)
    assert samples.classes == tuple(f"{writer:02}" for writer in range(1, 71))
    assert samples.labels.tolist() == list(range(11))
    assert samples.labels.dtype == np.int64
    assert samples.names[:2] == ("01_1_631.png", "02_1_632.png")
    assert samples.dpi is None
    assert all(image.shape == (860, 640) for image in samples.images)
    for writer, image in enumerate(samples.images, 1):
        assert np.array_equal(image, page(folder, writer)[:860])
    cut = PagePreparation().strips(samples.images[0])
    assert len(cut) == 8
    assert all(np.array_equal(strip, page(folder, 1)[80 * k : 80 * k + 300]) for k, strip in enumerate(cut))


def test_validation_is_the_last_two_strips_of_each_page(folder):
    samples = data.read("pages70", "validation", folder)
    assert samples.labels.tolist() == [writer for writer in range(11) for _ in range(2)]
    assert samples.names[:3] == ("01_1_631.png#640", "01_1_631.png#720", "02_1_632.png#640")
    assert np.array_equal(samples.images[20], page(folder, 11)[640:940])
    assert np.array_equal(samples.images[21], page(folder, 11)[720:1020])


def test_test_is_the_strips_of_other_pages(folder):
    samples = data.read("pages70", "test", folder)
    assert samples.labels.tolist() == [writer for writer in range(11) for _ in range(2)]
    assert samples.names[:3] == ("01_2_281.png", "01_2_491.png", "02_2_282.png")
    assert all(image.shape == (300, 600) for image in samples.images)


def test_names_are_in_natural_order(tmp_path):
    (tmp_path / "test").mkdir()
    for name in ("70_10.png", "70_9.png", "03_1.JPG", "notes.txt", "readme.png", ".DS_Store"):
        cv2.imwrite(str(tmp_path / "a.png"), np.full((20, 40), 255, np.uint8))
        (tmp_path / "a.png").rename(tmp_path / "test" / name)
    samples = pages70.read("test", tmp_path)
    assert samples.names == ("03_1.JPG", "70_9.png", "70_10.png")
    assert samples.labels.tolist() == [2, 69, 69]


@pytest.mark.parametrize("height", [300, 459])
def test_a_page_too_low_to_be_divided_is_told(height, tmp_path):
    write_pages70(tmp_path, writers=1, height=height)
    with pytest.raises(source.DataError, match=f"a page of {height} rows has no 3 strips"):
        pages70.read("train", tmp_path)


def test_the_lowest_page_gives_one_strip_to_train_with():
    assert pages70.strips(460) == [0, 80, 160]


def test_unknown_split_lists_the_known(folder):
    with pytest.raises(source.DataError, match="no split 'dev'; there are train, validation, unseen, test"):
        pages70.read("dev", folder)


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(source.DataError, match=r"no pages70/test in .*github.com/mh2des.*--data-dir or HWR_DATA"):
        pages70.read("test", tmp_path)


def test_a_folder_without_pages_is_told(tmp_path):
    (tmp_path / "pages70" / "test").mkdir(parents=True)
    with pytest.raises(source.DataError, match=r"holds no picture named after its writer, as 01_1_631.png is"):
        pages70.read("test", tmp_path)


@pytest.mark.parametrize("name", ["00_1_1.png", "71_1_1.png"])
def test_an_unknown_writer_is_told(tmp_path, name):
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / name).touch()
    with pytest.raises(source.DataError, match=f"{name}: there is no writer {name[:2]}; a name begins with 01 to 70"):
        pages70.read("test", tmp_path)


def test_a_damaged_picture_is_named(tmp_path):
    path = write_pages70(tmp_path, writers=1) / "pages70/test/01_2_281.png"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(source.DataError, match=r"01_2_281.png: this PNG is damaged"):
        pages70.read("test", tmp_path)


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "each", "shapes"), [("train", 1, {(860, 1545)}), ("validation", 2, {(300, 1545)}), ("test", 2, None)]
)
def test_real_pages(data_dir, split, each, shapes):
    samples = pages70.read(split, data_dir)
    assert np.bincount(samples.labels).tolist() == [each] * 70
    assert len(samples.images) == len(samples.names) == 70 * each
    assert shapes is None or {image.shape for image in samples.images} == shapes
    assert {image.shape[0] for image in samples.images} <= {860, 300, 267}
    assert all(np.median(image) > 200 for image in samples.images)  # dark ink on paper


def test_what_training_never_sees_is_kept_for_probabilities(folder):
    pages, unseen = data.read("pages70", "train", folder), data.read("pages70", "unseen", folder)
    assert [len(page) for page in pages.images] == [860] * len(pages.images)
    assert {strip.shape[0] for strip in unseen.images} == {300}
    assert unseen.labels.tolist() == pages.labels.tolist()
    assert unseen.names[0].endswith("#860")
    assert all((strip[210:] == 255).all() for strip in unseen.images)
    assert all((strip[:210] < 128).any() for strip in unseen.images)
