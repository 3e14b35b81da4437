"""Layers of planners: value iteration, attention readout, gated iteration, policy heads."""
