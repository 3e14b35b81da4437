"""Reinforcement learning: Trust Region Policy Optimization in `pnzoo.rl.trpo`."""
