"""What a trained model has learned, and what it costs: measurements that read models and never change them."""

from pnzoo.analysis.flops import flops

__all__ = ["flops"]
