"""One layer-wise AdaMerging step as a plain PyTorch loop on ViT-B/32-shaped random weights: adamerging_loop.py TASKS BATCH STEPS
[PRECISION]. The mathematics that Amalgam computes too, written with transformers and autograd: task vectors as matrices, one merge
a step, tasks joined in groups (two of them in float32, four under autocast), coefficients' gradients by projection.

Prints seconds and the process's peak resident memory after each step, in the words of the Java side.
"""
import sys
import time

import torch

import random_work

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
MIXED = "bf16-mixed" in sys.argv[4:]
GROUP = 4 if MIXED else 2

model = random_work.model().train()
parameters = list(model.parameters())
ancestor = [p.detach().flatten().clone() for p in parameters]
vectors = [torch.randn(TASKS, p.numel()) * 1e-3 for p in parameters]
coefficients = torch.full((TASKS, len(vectors)), 0.3, requires_grad=True)
optimizer = torch.optim.Adam([coefficients], lr=1e-3)
projection, heads = random_work.heads(TASKS)
images = random_work.images(TASKS, BATCH)


@torch.no_grad()
def merge():
    for p, theta, rows, column in zip(parameters, ancestor, vectors, coefficients.unbind(1)):
        p.copy_(torch.addmv(theta, rows.t(), column).view_as(p))


merge()
for step in range(STEPS):
    start = time.time()
    for first in range(0, TASKS, GROUP):
        group = range(first, min(first + GROUP, TASKS))
        with torch.autocast("cpu", torch.bfloat16, enabled=MIXED):
            features = model(pixel_values=torch.cat([images[k] for k in group])).pooler_output
        embeddings = torch.nn.functional.normalize(features.float() @ projection, dim=-1).split(BATCH)
        sum(random_work.entropy(e @ heads[k] * 100) for e, k in zip(embeddings, group)).backward()
    gradients = [
        torch.zeros(TASKS) if p.grad is None else torch.mv(rows, p.grad.flatten()) for rows, p in zip(vectors, parameters)
    ]
    coefficients.grad = torch.stack(gradients, 1)
    optimizer.step()
    model.zero_grad()
    merge()
    random_work.report(step, start)
