"""Models: planners and few-shot classifiers, each a `keras.Model`."""

from pnzoo.models.gppn import GPPN
from pnzoo.models.long_vin import LongVIN
from pnzoo.models.mann import MANN
from pnzoo.models.matching import MatchingNetwork
from pnzoo.models.planner import Planner
from pnzoo.models.reactive import CNNPolicy, FCNPolicy
from pnzoo.models.siamese import SiameseNetwork
from pnzoo.models.vin import VIN

__all__ = ["GPPN", "MANN", "VIN", "CNNPolicy", "FCNPolicy", "LongVIN", "MatchingNetwork", "Planner", "SiameseNetwork"]
