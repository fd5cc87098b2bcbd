"""ResNet-50 fine-tuned on Hoda for two epochs, as published; ours pads its pictures in training as in serving."""

from hwr.imaging.preparation import Preparation
from hwr.recipes.recipe import Claim, Phase, Recipe

HODA_RESNET50 = Recipe(
    name="hoda-resnet50",
    data="hoda",
    prepare=Preparation(side=32, margin=2, channels=3, mean=0.5, std=0.5),
    model="resnet50",
    phases=(Phase(epochs=2, optimizer="adam", lr=1e-3),),
    batch=100,
    init="imagenet",
    precision="bf16",
    claim=Claim(
        0.9927,
        "Hoda's test set, one run of two epochs from ImageNet weights",
        "https://github.com/aztofighi/Persian_Handwritten_Recognition",
    ),
    differs=(
        "the published training stretches its pictures to 32 × 32 and its serving pads them; ours pads them in both, "
        "and leaves 2 px of paper around",
        "from random weights every residual block begins as the identity",
        "mixed precision in bfloat16 on machines that have it, where the publication has 32 bits",
    ),
)
