import gzip
import subprocess
import sys

import numpy as np
import pytest
from made import idx as packed
from made import write_mnist

from hwr import data
from hwr.data import idx, mnist, source

RAW = "mnist/MNIST/raw"


@pytest.fixture
def folder(tmp_path):
    return write_mnist(tmp_path)


def test_the_end_of_the_training_file_is_for_validation(folder):
    train, validation, test = (data.read("mnist", split, folder) for split in ("train", "validation", "test"))
    assert train.labels.tolist() == [k % 10 for k in range(22)]
    assert validation.labels.tolist() == [2, 3]
    assert test.labels.tolist() == list(range(10))
    assert [len(samples.images) for samples in (train, validation, test)] == [22, 2, 10]
    assert train.labels.dtype == np.int64
    assert train.classes == tuple("0123456789")
    assert (train.dpi, train.names) == (None, None)


def test_ink_is_dark_and_paper_surrounds_it(folder):
    for image in mnist.read("test", folder).images:
        assert (image.shape, image.dtype) == ((36, 36), np.uint8)
        assert image.min() == 0
        edges = np.pad(np.zeros((28, 28), bool), 4, constant_values=True)
        assert (image[edges] == 255).all()
    raw = idx.read((folder / RAW / "t10k-images-idx3-ubyte").read_bytes(), 3)
    assert np.array_equal(255 - image[4:-4, 4:-4], raw[-1])


@pytest.mark.parametrize("place", ["mnist/MNIST/raw", "MNIST/raw", "mnist", "."])
@pytest.mark.parametrize("spelling", ["-idx", ".idx"])
@pytest.mark.parametrize("zipped", [False, True])
def test_wherever_and_however_the_files_lie(tmp_path, place, spelling, zipped):
    raw = write_mnist(tmp_path / "made", packed=zipped) / RAW
    (tmp_path / "data" / place).mkdir(parents=True)
    for path in raw.iterdir():
        path.rename(tmp_path / "data" / place / path.name.replace("-idx", spelling))
    assert mnist.read("test", tmp_path / "data").labels.tolist() == list(range(10))


def test_unknown_split_lists_the_known(folder):
    with pytest.raises(source.DataError, match="no split 'dev'; there are train, validation, test"):
        mnist.read("dev", folder)


def test_missing_file_is_named(folder):
    (folder / RAW / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(source.DataError, match=r"no mnist/t10k-labels-idx1-ubyte.gz in .*published at .*--data-dir"):
        mnist.read("test", folder)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("images-idx3", packed(np.zeros((10, 28, 28)))[:-1], r"t10k-images-idx3-ubyte: the header promises 10 × 28"),
        ("images-idx3", packed(np.zeros((9, 28, 28))), "holds 9 pictures, t10k-labels-idx1-ubyte 10 labels"),
        ("images-idx3", packed(np.zeros((10, 0, 28))), "it holds no pictures"),
        ("labels-idx1", packed(np.arange(1, 11)), "t10k-labels-idx1-ubyte: it holds the label 10"),
        ("labels-idx1", gzip.compress(packed(np.arange(10))), "begins with 1f 8b"),
    ],
)
def test_damaged_file_is_named(folder, name, content, sentence):
    (folder / RAW / f"t10k-{name}-ubyte").write_bytes(content)
    with pytest.raises(idx.IdxError, match=sentence):
        mnist.read("test", folder)


@pytest.mark.parametrize("damage", [lambda data: data[:-9], lambda data: b"no gzip", lambda data: data[:40] + b"?" * 9])
def test_damaged_gzip_is_named(tmp_path, damage):
    path = write_mnist(tmp_path, packed=True) / RAW / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(idx.IdxError, match=r"t10k-images-idx3-ubyte.gz: it is cut or no gzip file"):
        mnist.read("test", tmp_path)


def test_a_small_file_gets_no_gigabytes(tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "MOST_BYTES", 1 << 20)
    path = write_mnist(tmp_path, packed=True) / RAW / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(bytes(2 << 20)))
    with pytest.raises(idx.IdxError, match="it has more than 1,048,576 bytes"):
        mnist.read("test", tmp_path)


def test_without_a_folder_the_published_files_are_fetched(tmp_path, monkeypatch):
    raw = write_mnist(tmp_path, packed=True) / RAW
    monkeypatch.delenv("HWR_DATA", raising=False)
    monkeypatch.setattr(source, "find", lambda file: raw / file.name)
    assert mnist.read("test").labels.tolist() == list(range(10))


def test_checksums_are_those_of_torchvision():
    torchvision = pytest.importorskip("torchvision")
    ours = {(file.name, file.checksum) for files in mnist.FILES.values() for file in files}
    assert ours == set(torchvision.datasets.MNIST.resources)
    assert mnist.FILES["train"][0].url.startswith(torchvision.datasets.MNIST.mirrors[0])


def test_no_torch_is_needed(folder):
    program = (
        f"import sys; from hwr import data; data.read('mnist', 'test', {str(folder)!r}); print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


@pytest.mark.data
@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("train", [5434, 6212, 5465, 5622, 5343, 4963, 5436, 5702, 5357, 5466]),
        ("validation", [489, 530, 493, 509, 499, 458, 482, 563, 494, 483]),
        ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ],
)
def test_real_files(data_dir, split, counts):
    samples = mnist.read(split, data_dir)
    assert np.bincount(samples.labels).tolist() == counts
    assert len(samples.images) == sum(counts)
    assert all(image.shape == (36, 36) for image in samples.images)


@pytest.mark.data
def test_torchvision_reads_the_same(data_dir):
    torchvision = pytest.importorskip("torchvision")
    if not (data_dir / RAW).is_dir():
        pytest.skip("these files lie otherwise than torchvision leaves them")
    theirs = torchvision.datasets.MNIST(data_dir / "mnist", train=False)
    ours = mnist.read("test", data_dir)
    assert np.array_equal(theirs.targets.numpy(), ours.labels)
    assert np.array_equal(255 - theirs.data.numpy(), np.array(ours.images)[:, 4:-4, 4:-4])
