"""Former command: `python -m train.few_shot.prepare_omniglot` today."""

from train.few_shot.prepare_omniglot import main
from train.shared.former import warn

if __name__ == "__main__":
    warn("train.prepare_omniglot", "train.few_shot.prepare_omniglot")
    main()
