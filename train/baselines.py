"""Former command: `python -m train.few_shot.baselines` today."""

from train.few_shot.baselines import main
from train.shared.former import warn

if __name__ == "__main__":
    warn("train.baselines", "train.few_shot.baselines")
    main()
