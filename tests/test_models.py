import pytest
import torch

from hwr import rows
from hwr.models import BUILDERS, build
from hwr.models.compact import CLASSES, OF_BOTH, Compact
from hwr.models.glorot import glorot
from hwr.models.lenet5 import Tanh
from hwr.models.rows import SIGNS
from hwr.recipes import RECIPES


@pytest.fixture
def network() -> Compact:
    torch.manual_seed(0)
    return Compact().eval()


def inputs(count: int) -> torch.Tensor:
    return torch.rand(count, 2, 32, 32, generator=torch.Generator().manual_seed(1))


def test_compact_fits_in_a_megabyte(network):
    tensors = network.state_dict().values()
    assert sum(tensor.numel() * tensor.element_size() for tensor in tensors) < 990_000


def test_compact_for_both_scripts_is_the_same_but_wider(network):
    """And, with 16 bits a weight, no larger on disk."""
    both = build("compact-both").state_dict()
    assert both.keys() == network.state_dict().keys()
    assert len(both["head.2.weight"]) == OF_BOTH == 2 * 10 + 1
    assert sum(2 * tensor.numel() for tensor in both.values()) < 990_000


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
    with pytest.raises(ValueError, match="no architecture is called 'compcat'; there are cnn-deep, cnn-shallow"):
        build("compcat")


SHAPES = {recipe.model: recipe.prepare.shape for recipe in RECIPES.values()} | {"mobilenetv2": (3, 96, 96)}  # it pools


@pytest.mark.parametrize("name", BUILDERS)
def test_every_network_answers_each_picture_by_itself(name):
    torch.manual_seed(0)
    network, x = build(name).eval(), torch.rand(2, *SHAPES[name])
    with torch.inference_mode():
        together = network(x)
        alone = torch.cat([network(each[None]) for each in x])
    assert together.dtype == torch.float32
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("compact", 234_187), ("compact-both", 331_605), ("lenet5", 61_706), ("mlp", 118_282),
        ("cnn-shallow", 2_380_938), ("cnn-deep", 887_530), ("resnet50", 23_528_522), ("mobilenetv2", 2_313_542),
        ("rings", 197_190), ("rows", 407_145),
    ],
)  # fmt: skip
def test_every_network_is_as_large_as_it_was_published(name, count):
    assert sum(weight.numel() for weight in build(name).parameters()) == count


def test_the_network_of_rows_tells_as_many_signs_as_reading_asks_for():
    assert rows.SIGNS == SIGNS


@pytest.mark.parametrize("name", BUILDERS)
def test_the_head_is_the_last_layer(name):
    """Which is what first weights from elsewhere leave alone."""
    weight, bias = [*build(name).state_dict().values()][-2:]
    assert weight[0].numel() == weight.shape[1]  # no weight has a place
    assert bias.shape == (len(weight),)
    assert len(weight) in (10, CLASSES, OF_BOTH, SIGNS, 70)


@pytest.mark.parametrize("name", ["lenet5", "mlp", "cnn-shallow", "cnn-deep"])
def test_what_keras_wrote_starts_as_keras_does(name):
    torch.manual_seed(0)
    for layer in build(name).modules():
        if isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):
            into, out = torch.nn.init._calculate_fan_in_and_fan_out(layer.weight)
            limit = (6 / (into + out)) ** 0.5
            assert 0.8 * limit < layer.weight.abs().max() <= limit
            assert not layer.bias.any()


def test_glorot_leaves_other_layers_alone():
    layer = torch.nn.BatchNorm2d(3)
    glorot(layer)
    assert layer.weight.tolist() == [1, 1, 1]


def test_tanh_is_a_tanh_that_opencv_can_do():
    x = torch.tensor([-100.0, -3, -0.5, 0, 0.5, 3, 100])
    torch.testing.assert_close(Tanh()(x), torch.tanh(x), atol=1e-6, rtol=0)


def test_every_residual_block_of_resnet50_begins_as_the_identity():
    blocks = [layer for layer in build("resnet50").modules() if hasattr(layer, "bn3")]
    assert len(blocks) == 16
    assert not any(block.bn3.weight.any() for block in blocks)


def test_mobilenetv2_is_its_front_and_its_tail():
    torch.manual_seed(0)
    network, x = build("mobilenetv2").eval(), torch.rand(2, 3, 96, 96)
    with torch.inference_mode():
        torch.testing.assert_close(network.tail.eval()(network.front(x)), network(x), atol=1e-5, rtol=1e-4)
    assert network.tail[-1] is network.classifier


def test_mobilenetv2_s_batch_norms_keep_their_statistics_in_training():
    network = build("mobilenetv2")
    before = {name: tensor.clone() for name, tensor in network.named_buffers()}
    tail = network.tail.train()
    tail(torch.rand(4, 96, 6, 6))
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.named_buffers())
    assert network.classifier.training  # its dropout drops
