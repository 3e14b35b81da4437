"""Planners: VIN, deterministic VIN, GPPN and the convolutional baselines, with the methods that they share."""
