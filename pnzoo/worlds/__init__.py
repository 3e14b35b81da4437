"""What a task is, and its exact solution: worlds of maps, terrain and stochastic dynamics. NumPy and SciPy only."""
