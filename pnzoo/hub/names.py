"""The zoo's names by what their models can do, so that a type checker knows `pnzoo.load("vin16").plan`."""

from typing import Literal

ValuePlannerName = Literal[
    "vin8", "vin8_paper", "vin8_rl", "vin16", "vin16_paper", "vin16_rl", "vin16_rl_finetuned", "vin28", "vin28_paper",
    "vin_maze", "vin_maze4", "vin_octile",
]  # fmt: skip
PlannerName = Literal[
    "cnn8", "cnn8_rl", "cnn16", "cnn16_rl", "cnn28", "fcn8", "fcn16", "fcn28", "gppn_maze",
]  # fmt: skip
TerrainPolicyName = Literal["cnn_moon"]
TerrainPlannerName = Literal["classifier_moon", "vin_mars", "vin_moon", "vin_relief", "vin_tiles"]
WebPolicyName = Literal["reactive_web"]
WebPlannerName = Literal["vin_web"]
BodyPolicyName = Literal["cnn_navigation2d", "vin_navigation2d"]
EpisodeModelName = Literal[
    "classifier_omniglot", "classifier_tiny_imagenet", "mann_omniglot", "matching_background_omniglot",
    "matching_conv4_omniglot", "matching_distilled_omniglot", "matching_fce_glyphs", "matching_fce_omniglot",
    "matching_fce_ptb", "matching_fce_tiny_imagenet", "matching_glyphs", "matching_omniglot", "matching_photo",
    "matching_ptb", "matching_residual_tiny_imagenet", "matching_set_omniglot", "matching_tiny_imagenet",
    "siamese_omniglot",
]  # fmt: skip
