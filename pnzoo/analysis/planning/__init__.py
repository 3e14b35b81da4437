"""What a planner has learned, and how far that is from the exact solution: values, kernels, convergence, rollouts."""
