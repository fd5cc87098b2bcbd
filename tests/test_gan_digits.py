import zipfile

import cv2
import numpy as np
import pytest
from made import latin, write_gan_digits

from hwr import data
from hwr.data import archives, gan_digits, source


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_gan_digits(tmp_path_factory.mktemp("data"), train=12, test=3)


def test_every_fifth_picture_of_a_class_is_for_validation(folder):
    train, validation, test = (data.read("gan-digits", split, folder) for split in ("train", "validation", "test"))
    assert np.bincount(train.labels).tolist() == [10] * 10
    assert np.bincount(validation.labels).tolist() == [2] * 10
    assert np.bincount(test.labels).tolist() == [3] * 10
    assert train.names[:5] == tuple(f"Train/class_0/{k}.jpg" for k in (1, 2, 3, 4, 6))  # 10 comes after 9
    assert validation.names[-2:] == ("Train/class_9/5.jpg", "Train/class_9/10.jpg")
    assert not set(train.names) & set(validation.names)
    assert train.labels.dtype == np.int64
    assert train.classes == tuple("0123456789")
    assert train.dpi is None


def test_labels_are_those_of_the_folders(folder):
    samples = gan_digits.read("test", folder)
    assert [f"Test/class_{label}/" for label in samples.labels] == [name[: -len("1.jpg")] for name in samples.names]
    written = latin(7, np.random.default_rng(7 + 30))
    difference = 255 - samples.images[21][4:-4, 4:-4].astype(float) - written
    assert np.abs(difference).mean() < 4  # JPEG's


@pytest.mark.parametrize("light_on_dark", [True, False])
def test_ink_is_dark_and_paper_surrounds_it(tmp_path, light_on_dark):
    samples = gan_digits.read("test", write_gan_digits(tmp_path, light_on_dark=light_on_dark))
    for image in samples.images:
        assert (image.shape, image.dtype) == ((36, 36), np.uint8)
        assert image.min() < 60
        assert np.median(image) > 250
        edges = np.pad(np.zeros((28, 28), bool), 4, constant_values=True)
        assert image[edges].min() > 250


def test_a_frame_is_of_the_picture_s_own_paper(tmp_path):
    write_gan_digits(tmp_path)
    gray = np.full((28, 28), 200, np.uint8)
    gray[8:20, 12:16] = 10
    cv2.imwrite(str(tmp_path / "gan-digits/Test/class_1/1.jpg"), gray)
    image = next(i for i, n in zip(*gan_digits.read("test", tmp_path)[::4], strict=True) if n == "Test/class_1/1.jpg")
    assert set(image[:4].ravel()) == {200}


@pytest.mark.parametrize("archive", ["zip", "tar", "tar.gz"])
@pytest.mark.parametrize("inside", ["gan-digits", "."])
def test_an_archive_is_read_as_it_is(folder, tmp_path, archive, inside):
    packed = write_gan_digits(tmp_path / "a", train=12, test=3, archive=archive) / "gan-digits" / f"archive.{archive}"
    (tmp_path / "b" / inside).mkdir(parents=True)
    packed.rename(tmp_path / "b" / inside / packed.name)
    for split in ("validation", "test"):
        found, expected = gan_digits.read(split, tmp_path / "b"), gan_digits.read(split, folder)
        assert found.names == expected.names
        assert found.labels.tolist() == expected.labels.tolist()
        assert all(np.array_equal(a, b) for a, b in zip(found.images, expected.images, strict=True))
    assert {path.name for path in (tmp_path / "b").rglob("*")} - {"gan-digits"} == {packed.name}  # nothing is written


def test_an_archive_may_have_a_folder_around_all(tmp_path):
    place = write_gan_digits(tmp_path, train=1, test=1) / "gan-digits"
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in place.rglob("*.jpg"):
            archive.write(path, f"Persian digits/{path.relative_to(place)}")
            archive.write(path, f"__MACOSX/Persian digits/{path.relative_to(place).parent}/._{path.name}")
    (tmp_path / "data").mkdir()
    (tmp_path / "all.zip").rename(tmp_path / "data" / "all.zip")
    samples = gan_digits.read("test", tmp_path / "data")
    assert samples.names == tuple(f"Test/class_{digit}/1.jpg" for digit in range(10))


def test_unknown_split_lists_the_known(folder):
    with pytest.raises(source.DataError, match="no split 'dev'; there are train, validation, test"):
        gan_digits.read("dev", folder)


def test_missing_data_is_told(tmp_path):
    with pytest.raises(source.DataError) as raised:
        gan_digits.read("train", tmp_path)
    for word in ("amirmahdiabbootalebi/persian-handwritten-digits", "Train/class_0 … class_9", "--data-dir"):
        assert word in str(raised.value)


def test_two_archives_are_one_too_many(tmp_path):
    (tmp_path / "gan-digits").mkdir()
    for name in ("a.zip", "b.TGZ", "notes.txt"):
        (tmp_path / "gan-digits" / name).touch()
    with pytest.raises(source.DataError, match=r"gan-digits holds 2 archives; leave the one from https://www.kaggle"):
        gan_digits.read("train", tmp_path)


def test_a_missing_class_is_told(tmp_path):
    place = write_gan_digits(tmp_path, train=1, test=1) / "gan-digits"
    (place / "Test" / "class_7" / "1.jpg").unlink()
    with pytest.raises(source.DataError, match=r"holds no pictures Test/class_7/\*.jpg"):
        gan_digits.read("test", tmp_path)
    (place / "Test" / "class_7").rmdir()
    with pytest.raises(source.DataError, match=r"Test/class_7: can't be read \(No such file"):
        gan_digits.read("test", tmp_path)


def test_a_damaged_picture_is_named(tmp_path):
    path = write_gan_digits(tmp_path) / "gan-digits" / "Test" / "class_3" / "2.jpg"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(source.DataError, match=r"Test/class_3/2.jpg: this JPEG is damaged"):
        gan_digits.read("test", tmp_path)


def test_what_is_no_small_picture_is_refused(tmp_path):
    place = write_gan_digits(tmp_path) / "gan-digits"
    cv2.imwrite(str(place / "Test" / "class_3" / "2.jpg"), np.zeros((20, 300), np.uint8))
    with pytest.raises(source.DataError, match=r"2.jpg has 300 × 20 pixels where 28 × 28 were expected"):
        gan_digits.read("test", tmp_path)
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as archive:
        archive.writestr("Test/class_0/1.jpg", bytes(1 << 17))
    (tmp_path / "data").mkdir()
    (tmp_path / "large.zip").rename(tmp_path / "data" / "large.zip")
    with pytest.raises(source.DataError, match=r"large.zip: Test/class_0/1.jpg has 131,072 bytes"):
        gan_digits.read("test", tmp_path / "data")


def test_an_archive_that_should_not_be_read_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "slip.zip", "w") as archive:
        archive.writestr("../Test/class_0/1.jpg", b"")
    with pytest.raises(archives.ArchiveError, match=r"slip.zip: a member is called '../Test/class_0/1.jpg'"):
        gan_digits.read("test", tmp_path)
