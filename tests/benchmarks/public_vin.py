"""A Value Iteration Network in plain PyTorch as the paper has it, and as public versions train it: the peer.

Tamar et al. 2016, appendix A: 150 linear 3x3 features, R from them by a 1x1 convolution, 10 channels of Q from shared
kernels over [R, V], the Q of the agent's cell, one linear layer. Each sample is one state with a map of its own and
one label; 128 of them are a batch, and an epoch goes over all states of all paths.
"""

STATES = 456_309  # training samples of the authors' 16x16 file
EPOCHS = 30  # that public versions train for
BATCH = 128


def network(k=20, features=150, channels=10):
    """(images [B, 2, H, W], rows [B], columns [B]) -> logits [B, 8]."""
    import torch
    from torch import nn

    class PublicVIN(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Conv2d(2, features, 3, padding=1)
            self.reward = nn.Conv2d(features, 1, 1, bias=False)
            self.q = nn.Conv2d(2, channels, 3, padding=1, bias=False)
            self.policy = nn.Linear(channels, 8, bias=False)

        def forward(self, images, rows, columns):
            reward = self.reward(self.features(images))
            value = torch.zeros_like(reward)
            for _ in range(k):
                value = self.q(torch.cat([reward, value], dim=1)).amax(dim=1, keepdim=True)
            q = self.q(torch.cat([reward, value], dim=1))
            return self.policy(q[torch.arange(len(q)), :, rows, columns])

    return PublicVIN()


def samples(count, size=16, seed=0):
    """Single states of maps of the paper's distribution: images [N, 2, H, W], rows, columns, labels."""
    import numpy as np
    import torch

    from pnzoo import gridworld

    rng = np.random.default_rng(seed)
    walls, goal = gridworld.generate(count, size, seed=seed)
    cells = gridworld.random_starts(walls, goal, rng)
    best = gridworld.optimal_actions(walls, goal)[np.arange(count), cells[:, 0], cells[:, 1]]
    images = gridworld.encode(walls, goal).transpose(0, 3, 1, 2).copy()
    images[:, 1] *= 10
    arrays = (images, cells[:, 0], cells[:, 1], best.argmax(axis=1))
    return [torch.from_numpy(np.ascontiguousarray(each)) for each in arrays]


def trainer(count=1024):
    """A function that trains on `count` samples, in shuffled batches, and returns the last loss."""
    import torch

    torch.manual_seed(0)
    model = network()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005, alpha=0.9, eps=1e-6)
    images, rows, columns, labels = samples(count)

    def train():
        for chosen in torch.randperm(count).split(BATCH):
            logits = model(images[chosen], rows[chosen], columns[chosen])
            loss = torch.nn.functional.cross_entropy(logits, labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    return train
