"""A training on scikit-learn's digits, as docs/python.md has it."""

import sys

import torch
from sklearn.datasets import load_digits
from torch import nn

import connectome

torch.manual_seed(1)
digits = load_digits()
inputs = torch.tensor(digits.data, dtype=torch.float32) / 16
targets = torch.tensor(digits.target)
model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

with connectome.run(sys.argv[1], policy="default", epochs=60) as run:
    probe = connectome.Probe(model, inputs[:500])
    for epoch in range(1, 61):
        total = 0.0
        for rows in torch.randperm(len(inputs)).split(32):
            loss = nn.functional.cross_entropy(model(inputs[rows]), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        if run.report(epoch, {"trainLoss": total / len(inputs)}, probe, wait=30):
            break
    torch.save(model.state_dict(), "model.pt")
    run.checkpoint("model.pt", epoch)
