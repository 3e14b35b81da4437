"""An experiment on a web."""
