"""The command of release 0.1, `python -m train.rl`."""

import sys

from train.shared.former import forward

if __name__ == "__main__":
    forward("train.rl", sys.argv[1:])
