# SPDX-License-Identifier: Apache-2.0
"""One training workload in PyTorch, for bench/versus_torch to time beside Hodhod's.

Reads commands from standard input: `step` runs one training step (forward, backward, AdamW) and answers with its
seconds and loss; `quit` answers with the peak resident memory in MiB and leaves.
"""
import math
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(2)
torch.manual_seed(1)


class Block(nn.Module):
    """Pre-norm GPT block; query, key and value in one product."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        batch, time_, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).split(width, dim=2)
        q, k, v = (t.view(batch, time_, self.heads, -1).transpose(1, 2) for t in (q, k, v))
        scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(q.size(-1))) + mask
        y = (F.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(batch, time_, width)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.norm2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, vocabulary, length, layers, heads, width):
        super().__init__()
        self.token, self.position = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.register_buffer("mask", torch.full((length, length), float("-inf")).triu(1))
        self.apply(small_normal)

    def forward(self, batch):
        ids, targets = batch
        x = self.token(ids) + self.position.weight[: ids.size(1)]
        for block in self.blocks:
            x = block(x, self.mask)
        logits = self.norm(x) @ self.token.weight.t()
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def small_normal(module):
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=0.02)


def sinusoids(length, width):
    angle = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)


class Translator(nn.Module):
    """The encoder-decoder of "Attention Is All You Need", embeddings shared with the output layer."""

    def __init__(self, vocabulary, layers, width, heads, hidden, length):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.core = nn.Transformer(width, heads, layers, layers, hidden, dropout=0.0, batch_first=True)
        self.register_buffer("positions", sinusoids(length, width))
        self.register_buffer("mask", torch.full((length, length), float("-inf")).triu(1))
        self.scale = math.sqrt(width)
        self.apply(small_normal)

    def embed(self, ids):
        return self.embedding(ids) * self.scale + self.positions[: ids.size(1)]

    def forward(self, batch):
        source, target, labels = batch
        y = self.core(self.embed(source), self.embed(target), tgt_mask=self.mask)
        logits = y @ self.embedding.weight.t()
        return F.cross_entropy(logits.flatten(0, 1), labels.flatten())


class Classifier(nn.Module):
    def __init__(self, vocabulary, layers, width, heads, hidden, length, classes):
        super().__init__()
        self.embedding, self.position = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        layer = nn.TransformerEncoderLayer(width, heads, hidden, dropout=0.0, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)
        self.head = nn.Linear(width, classes)
        self.apply(small_normal)

    def forward(self, batch):
        ids, labels = batch
        x = self.encoder(self.embedding(ids) + self.position.weight)
        return F.cross_entropy(self.head(x.mean(dim=1)), labels)


class Recurrent(nn.Module):
    def __init__(self, cell, vocabulary, width, layers):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.cell = cell(width, width, layers, batch_first=True)
        self.output = nn.Linear(width, vocabulary)

    def forward(self, batch):
        ids, targets = batch
        y, _ = self.cell(self.embedding(ids))
        return F.cross_entropy(self.output(y).flatten(0, 1), targets.flatten())


def tokens(vocabulary, *shape):
    return torch.randint(vocabulary, shape)


def language_batch(vocabulary, batch, length):
    ids = tokens(vocabulary, batch, length + 1)
    return ids[:, :-1].contiguous(), ids[:, 1:].contiguous()


def translation_batch(vocabulary, batch, length):
    target = tokens(vocabulary, batch, length + 1)
    return tokens(vocabulary, batch, length), target[:, :-1].contiguous(), target[:, 1:].contiguous()


WORKLOADS = {
    "a": lambda: (GPT(65, 64, 4, 4, 128), language_batch(65, 12, 64)),
    "b": lambda: (GPT(65, 256, 6, 6, 384), language_batch(65, 8, 256)),
    "c": lambda: (GPT(50257, 64, 12, 12, 768), language_batch(50257, 4, 64)),
    "d": lambda: (Translator(8000, 3, 256, 4, 1024, 24), translation_batch(8000, 64, 24)),
    "e": lambda: (Translator(16000, 6, 512, 8, 2048, 24), translation_batch(16000, 32, 24)),
    "f": lambda: (Classifier(8000, 4, 256, 4, 1024, 256, 2), (tokens(8000, 16, 256), tokens(2, 16))),
    "lstm": lambda: (Recurrent(nn.LSTM, 65, 256, 2), language_batch(65, 32, 64)),
    "gru": lambda: (Recurrent(nn.GRU, 65, 256, 2), language_batch(65, 32, 64)),
    "rnn": lambda: (Recurrent(nn.RNN, 65, 256, 2), language_batch(65, 32, 64)),
}


def main():
    model, batch = WORKLOADS[sys.argv[1]]()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    model.train()
    print("ready", sum(p.numel() for p in model.parameters()), flush=True)
    for line in sys.stdin:
        if line.strip() == "quit":
            break
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = model(batch)
        loss.backward()
        optimizer.step()
        value = loss.item()
        print(time.perf_counter() - start, value, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)


main()
