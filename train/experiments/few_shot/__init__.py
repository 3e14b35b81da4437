"""Experiments on few-shot models: one module an experiment, or a group that shares its runs."""
