import pytest
import torch

from hwr.models import BUILDERS, build
from hwr.models.compact import CLASSES, Compact


@pytest.fixture
def network() -> Compact:
    torch.manual_seed(0)
    return Compact().eval()


def inputs(count: int) -> torch.Tensor:
    return torch.rand(count, 2, 32, 32, generator=torch.Generator().manual_seed(1))


def test_compact_fits_in_a_megabyte(network):
    tensors = network.state_dict().values()
    assert sum(tensor.numel() * tensor.element_size() for tensor in tensors) < 990_000


def test_compact_answers_each_picture_by_itself(network):
    with torch.inference_mode():
        together = network(inputs(5))
        alone = torch.cat([network(x[None]) for x in inputs(5)])
    assert together.shape == (5, CLASSES)
    assert together.dtype == torch.float32
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    assert together.std(0).min() > 0  # and not each the same


def test_compact_sees_the_size_plane(network):
    x = inputs(1)
    x[:, 1] = 0
    larger = x.clone()
    larger[:, 1] = 1
    with torch.inference_mode():
        assert (network(x) - network(larger)).abs().max() > 1e-3


def test_compact_sees_where_a_stroke_ends(network):
    """The same ink elsewhere is not the same: its last map is not averaged."""
    x = torch.zeros(1, 2, 32, 32)
    x[0, 0, 4:12, 4:12] = 1
    with torch.inference_mode():
        assert (network(x) - network(x.roll((16, 16), (2, 3)))).abs().max() > 1e-3


def test_every_weight_of_compact_learns():
    network = Compact().train()
    labels = torch.tensor([0, 1, 2, 10])
    torch.nn.functional.cross_entropy(network(inputs(4)), labels).backward()
    assert [name for name, weight in network.named_parameters() if not weight.grad.abs().sum() > 0] == []


@pytest.mark.parametrize("name", BUILDERS)
def test_build_starts_anew_by_seed(name):
    torch.manual_seed(3)
    first = build(name).state_dict()
    torch.manual_seed(3)
    again, other = build(name).state_dict(), build(name).state_dict()
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="no architecture is called 'compcat'; there are compact"):
        build("compcat")
