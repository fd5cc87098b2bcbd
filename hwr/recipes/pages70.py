"""Whose hand wrote a page, among seventy: writer identification, which its publication calls digits.

"Handwritten digits 01–70", it says; but each class is a person, and a page ten English sentences.
"""

from hwr.imaging.patches import PagePreparation
from hwr.imaging.rings import RingPreparation
from hwr.recipes.recipe import Claim, Pens, Phase, Recipe, Windows

_CLAIM = Claim(
    0.8286,
    "140 strips of other pages by the same 70 writers; 116 of them right",
    "https://github.com/mh2des/handwritten-digit-recognition",
)

PAGES70_MOBILENETV2 = Recipe(
    name="pages70-mobilenetv2",
    data="pages70",
    prepare=PagePreparation(),
    model="mobilenetv2",
    augment=Windows(views=150),
    phases=(
        Phase(
            epochs=20, steps=250, optimizer="adam", lr=1e-3, smoothing=0.05,
            schedule="plateau", patience=2, floor=1e-6, stop=5, trains="head",
        ),
        Phase(
            epochs=30, steps=250, optimizer="adam", lr=2e-5, smoothing=0.03,
            schedule="plateau", patience=2, floor=1e-6, stop=5,
        ),
    ),
    batch=32,
    init="imagenet",
    keep="best",
    precision="bf16",
    claim=_CLAIM,
    differs=(
        "training draws from 150 windows of each page, made beforehand, whose way through the frozen layers is "
        "computed once",
        "mixed precision in bfloat16 on machines that have it, where the publication has 32 bits",
        "inputs are scaled to -1 to 1 as published; torchvision's ImageNet weights expect others",
    ),
)  # fmt: skip

PAGES70_COMPACT = Recipe(
    name="pages70-compact",
    data="pages70",
    prepare=RingPreparation(),
    model="rings",
    augment=Pens(views=40, windows=6),
    phases=(Phase(epochs=8, optimizer="adamw", lr=1e-2, schedule="one-cycle", weight_decay=0.05, smoothing=0.1),),
    batch=128,
    claim=_CLAIM,
    differs=(
        "a system of our own: statistics of the ink and one linear layer, where the publication has MobileNetV2",
        "its settings were chosen on rows of the training pages that were held out, whole and in parts; the published "
        "validation strips, which share rows with training, are all told and choose nothing",
    ),
)
