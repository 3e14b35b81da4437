"""Matching Networks written again in NumPy, straight from the paper's equations, to compare the layers with."""

import numpy as np


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def matching(query, support, labels, similarity):
    """Equations 1 and 2 for one episode, by loops: query [Q, D], support [S, D], labels [S, W] -> [Q, W]."""
    y = np.zeros((len(query), labels.shape[1]))
    for j, x in enumerate(query):
        c = np.array([similarity(x, x_i) for x_i in support])
        a = np.exp(c) / np.exp(c).sum()
        for a_i, y_i in zip(a, labels, strict=True):
            y[j] += a_i * y_i
    return y


def aligned(one, other, side, inverse_temperature, nearness):
    """How alike two drawings are, place by place: embeddings [P, C] with keys in the first half of C, then values."""
    half = one.shape[1] // 2
    values = [embedding[:, half:] / np.linalg.norm(embedding[:, half:]) for embedding in (one, other)]
    total = 0.0
    for a, v, b, w in ((one, values[0], other, values[1]), (other, values[1], one, values[0])):
        back = a is other  # the table always counts steps from `one` to `other`
        for p in range(side**2):
            attention_weights = np.zeros(side**2)
            for r in range(side**2):
                down, right = r // side - p // side, r % side - p % side
                step = (-down, -right) if back else (down, right)
                near = nearness[step[0] + side - 1, step[1] + side - 1]
                attention_weights[r] = inverse_temperature * cosine(a[p, :half], b[r, :half]) + near
            total += sum(weight * (v[p] @ w[r]) for r, weight in enumerate(softmax(attention_weights)))
    return total / 2


def lstm(x, h, c, kernel, recurrent, bias):
    """One LSTM step, gates in Keras' order: input, forget, candidate, output."""
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def bidirectional_g(embeddings, forward, backward):
    """Appendix A.2 for one support set: g(x_i) = h_forward_i + h_backward_i + g'(x_i); embeddings [S, D]."""
    total = embeddings.copy()
    for weights, order in ((forward, range(len(embeddings))), (backward, reversed(range(len(embeddings))))):
        h = c = np.zeros(embeddings.shape[1])
        for i in order:
            h, c = lstm(embeddings[i], h, c, *weights)
            total[i] += h
    return total


def attention_lstm(query, g, steps, kernel, bias, scale=1.0):
    """Equations 3 to 6 for one query embedding [D] and support embeddings g [S, D]; gives h_K and the K attentions."""
    h = c = np.zeros_like(query)
    attention_weights = []
    for _ in range(steps):
        a = softmax(scale * np.array([h @ g_i for g_i in g]))  # equation 6
        r = sum(a_i * g_i for a_i, g_i in zip(a, g, strict=True))  # equation 5
        width = len(query)
        x_kernel, recurrent = kernel[:width], kernel[width:]
        hat, c = lstm(query, np.concatenate([h, r]), c, x_kernel, recurrent, bias)  # equation 3
        h = hat + query  # equation 4
        attention_weights.append(a)
    return h, np.array(attention_weights)


def process_set(embeddings, steps, kernel, bias, scale):
    """The process block of "Order Matters" (its equations 3 to 7) for embeddings [S, D]: [q_T, r_T]."""
    width = embeddings.shape[1]
    q = c = r = np.zeros(width)
    for _ in range(steps):
        q, c = lstm(np.concatenate([q, r]), np.zeros(0), c, kernel, np.zeros((0, 4 * width)), bias)
        a = softmax(scale * embeddings @ q)
        r = a @ embeddings
    return np.concatenate([q, r])
