"""Why a few-shot model answers as it does: explanations, support sets, calibration."""
