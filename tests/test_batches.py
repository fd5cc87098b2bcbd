import itertools

import pytest

from hwr.training.batches import Share

N, STEPS = 50, 5


def epoch(batch: int = 8, rank: int = 0, processes: int = 1, n: int = N, steps: int = STEPS, **told) -> list[list[int]]:
    return list(Share(batch, rank, processes).batches(n, steps, **({"seed": 0, "epoch": 0} | told)))


def test_a_pass_shows_each_picture_once_at_most():
    batches = epoch(steps=N // 8)
    assert [len(batch) for batch in batches] == [8] * 6
    shown = [*itertools.chain(*batches)]
    assert len(set(shown)) == len(shown)
    assert set(shown) <= set(range(N))
    assert all(type(index) is int for index in shown)


def test_the_order_follows_from_seed_and_epoch():
    first = epoch()
    assert first == epoch()
    assert first != epoch(seed=1)
    assert first != epoch(epoch=1)
    assert epoch(seed=1, epoch=0) != epoch(seed=0, epoch=1)


@pytest.mark.parametrize("processes", [2, 4, 8])
@pytest.mark.parametrize("steps", [1, 6, 20])
def test_what_all_processes_see_together_is_what_one_would_see(processes, steps):
    parts = [epoch(rank=rank, processes=processes, steps=steps) for rank in range(processes)]
    assert all(len(batch) == 8 // processes for part in parts for batch in part)
    assert [[*itertools.chain(*each)] for each in zip(*parts, strict=True)] == epoch(steps=steps)


@pytest.mark.parametrize("start", range(STEPS + 1))
def test_an_epoch_goes_on_from_any_step(start):
    assert epoch(start=start) == epoch()[start:]
    assert epoch(start=start, rank=1, processes=2) == epoch(rank=1, processes=2)[start:]


def test_more_steps_than_a_pass_shuffle_again():
    shown = [*itertools.chain(*epoch(steps=25))]  # 200 = 4 * 50
    passes = [shown[k : k + N] for k in range(0, 200, N)]
    assert all(sorted(each) == list(range(N)) for each in passes)
    assert len(set(map(tuple, passes))) == 4
    assert shown[:48] == [*itertools.chain(*epoch(steps=6))]  # how many there are does not change the first


def test_a_batch_larger_than_the_data_shows_it_more_than_once():
    (batch,) = epoch(batch=16, n=5, steps=1)
    assert sorted(batch[:5]) == sorted(batch[5:10]) == [0, 1, 2, 3, 4]
    assert len(batch) == 16


@pytest.mark.parametrize(("batch", "processes"), [(86, 4), (1, 2), (32, 3)])
def test_a_batch_that_can_not_be_shared_is_refused(batch, processes):
    with pytest.raises(ValueError, match=f"global batch of {batch} can't be shared among {processes} processes; give"):
        Share(batch, 0, processes)
