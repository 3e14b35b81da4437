"""Former command: `python -m train NAME` today."""

import sys

from train.shared.former import forward

if __name__ == "__main__":
    forward("train.matching", sys.argv[1:])
