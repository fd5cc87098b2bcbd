import json

import pytest

from hwr import weights
from hwr.hub import HubError, settings

FILE = "user/digits: config.json"
OWN = {name: json.loads(weights.read(name, "config.json")) for name in weights.index()}


@pytest.mark.parametrize("name", [name for name, config in OWN.items() if config.get("kind") != "row"])
def test_those_of_what_ships_pass(name):
    settings.check(weights.read(name, "config.json"), FILE)


def test_a_network_of_rows_is_no_model_to_load():
    with pytest.raises(HubError, match=r"\(it tells apart the digits of a row and reads none by itself\); use another"):
        settings.check(weights.read("numbers", "config.json"), FILE)


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"7", b"null", b"[" * 100_000 + b"]" * 100_000])
def test_what_holds_no_settings_is_refused(data):
    with pytest.raises(HubError, match=r"^user/digits: config\.json holds no settings; use another model"):
        settings.check(data, FILE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"preparation": {"side": side}} for side in (200_000, 10_000, 513, -1, 0, 7, 32.0, "32", None, True, [32])
    ]
    + [{"preparation": wrong} for wrong in ([], None, 7, {"margin": -1}, {"enlarge": 10**9}, {"std": 0}, {"std": True},
                                            {"mean": float("nan")}, {"gray": 1}, {"gray": "no"}, {"more": 1},
                                            {"channels": 10**6}, {"side": 10**400})]
    + [{"calibration": wrong} for wrong in ([], None, {"temperature": "x"}, {"temperature": 0}, {"temperature": -1},
                                            {"temperature": float("inf")}, {"least_digit": 2}, {"more": 1})]
    + [{"data": [1]}, {"data": 7}, {"kind": "word"}, {"kind": [1]}, {"model": {}}, {"classes": "0123456789"},
       {"classes": [*range(10)]}, {"classes": ["0"] * 10_000}],
)  # fmt: skip
def test_what_can_not_be_is_refused(wrong):
    with pytest.raises(HubError, match=r"^user/digits: config\.json is not as this version of hwr writes it \(.+\); "):
        settings.check(json.dumps(OWN["hoda-compact"] | wrong).encode(), FILE)


@pytest.mark.parametrize("lacking", ["preparation", "calibration"])
def test_what_lacks_is_told(lacking):
    config = {name: value for name, value in OWN["hoda-compact"].items() if name != lacking}
    with pytest.raises(HubError, match=f"it lacks '{lacking}'"):
        settings.check(json.dumps(config).encode(), FILE)


@pytest.mark.parametrize("wrong", [{"even": 10**9}, {"even": 0}, {"blur": 2}, {"height": -3}, {"pooled": "x"}])
def test_patches_that_can_not_be_are_refused(wrong):
    config = OWN["pages70-mobilenetv2"]
    with pytest.raises(HubError, match="is not as this version of hwr writes it"):
        settings.check(json.dumps(config | {"preparation": config["preparation"] | wrong}).encode(), FILE)


@pytest.mark.parametrize("radii", [[10**9], [0], [-1], [1.5], ["1"], "12", 3, [1] * 1000, []])
def test_rings_that_can_not_be_are_refused(radii):
    config = OWN["pages70-compact"]
    with pytest.raises(HubError, match="is not as this version of hwr writes it"):
        settings.check(json.dumps(config | {"preparation": {"radii": radii}}).encode(), FILE)
