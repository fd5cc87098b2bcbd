from hwr.hub import kept


def test_a_small_file_is_known_by_git_s_name(tmp_path):
    """The id that `git hash-object` gives "what is up, doc?", from Git's own book."""
    path = tmp_path / "bd9dbf5aae1a3862dd1526723246b20206e5fc37"
    path.write_bytes(b"what is up, doc?")
    assert kept.is_whole(path)
    path.write_bytes(b"what is up, Doc?")
    assert not kept.is_whole(path)
    assert kept.is_whole(path.rename(tmp_path / "other"))


def test_a_large_file_is_known_by_its_sha256(tmp_path):
    path = tmp_path / kept.sha256(b"weights")
    path.write_bytes(b"weights")
    (tmp_path / "link").symlink_to(path)
    assert kept.is_whole(tmp_path / "link")
    path.write_bytes(b"Weights")
    assert not kept.is_whole(tmp_path / "link")
