"""Experiments on planners: one module an experiment, or a group that shares its runs."""
