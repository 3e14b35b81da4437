"""Measuring models: planners on maps, few-shot models on episodes."""
