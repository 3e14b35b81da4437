"""A body that moves continuously: what the planner adds over a reactive net."""
