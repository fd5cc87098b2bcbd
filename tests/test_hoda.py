import numpy as np
import pytest

from hwr import data
from hwr.data import cdb, hoda, source


def digits(labels: list[int]) -> bytes:
    """A .cdb file with one picture of ink, cut tight, a label."""
    return cdb.write([np.zeros((2 + label, 3), np.uint8) for label in labels], labels)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "hoda").mkdir()
    (tmp_path / "hoda" / "Test_20000.cdb").write_bytes(digits([5, 0, 9]))
    return tmp_path


def test_pictures_are_framed_by_paper(folder):
    samples = hoda.read("test", folder)
    assert samples.labels.tolist() == [5, 0, 9]
    assert samples.dpi == 200.0
    assert [image.shape for image in samples.images] == [(15, 11), (10, 11), (19, 11)]
    for image in samples.images:
        assert image.dtype == np.uint8
        assert not image[4:-4, 4:-4].any()
        assert (image == 0).sum() == image[4:-4, 4:-4].size
        assert image.sum() == 255 * (image.size - image[4:-4, 4:-4].size)


def test_dataset_is_known_by_name(folder):
    assert data.read("hoda", "test", folder).labels.tolist() == [5, 0, 9]
    with pytest.raises(data.DataError, match=r"no dataset is called 'huda'; there are hoda"):
        data.read("huda", "test", folder)


def test_unknown_split_lists_the_known(folder):
    with pytest.raises(source.DataError, match="no split 'dev'; there are train, validation, test"):
        hoda.read("dev", folder)


def test_missing_file_is_named(folder):
    with pytest.raises(source.DataError, match=r"no hoda/Train_60000.cdb in .*--data-dir"):
        hoda.read("train", folder)


def test_damaged_file_is_named(folder):
    path = folder / "hoda" / "Test_20000.cdb"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(cdb.CdbError, match=r"Test_20000.cdb: picture 3 of 3|Test_20000.cdb: the file"):
        hoda.read("test", folder)


def test_a_class_that_is_no_digit_is_refused(folder):
    (folder / "hoda" / "Test_20000.cdb").write_bytes(digits([1, 10]))
    with pytest.raises(cdb.CdbError, match="class 10"):
        hoda.read("test", folder)


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("train", [6000] * 10),
        ("validation", [2070, 2330, 1923, 2334, 2333, 2110, 2254, 2363, 2264, 2371]),
        ("test", [2000] * 10),
    ],
)
def test_real_files(data_dir, split, counts):
    samples = hoda.read(split, data_dir)
    assert np.bincount(samples.labels).tolist() == counts
    assert len(samples.images) == sum(counts)
    # Cut tight: around the margin of paper comes ink, on all four sides.
    tight = [image[4:-4, 4:-4] for image in samples.images[:1000]]
    assert all(0 in edge for image in tight for edge in (image[0], image[-1], image[:, 0], image[:, -1]))


@pytest.mark.data
@pytest.mark.parametrize("split", ["validation", "test"])
def test_real_files_are_the_published_ones(data_dir, split):
    file = hoda.SPLITS[split]
    found = source.find(file, data_dir).read_bytes()
    assert (len(found), source.blob_id(found)) == (file.length, file.checksum)


@pytest.mark.data
def test_real_records_are_written_again_to_the_byte(data_dir):
    original = source.find(hoda.SPLITS["test"], data_dir).read_bytes()
    images, labels = cdb.read(original)
    some = cdb.write(images[:2000], labels[:2000])[cdb.RECORDS_AT :]
    assert original[cdb.RECORDS_AT :].startswith(some)
