"""One layer-wise AdaMerging step as a plain PyTorch loop on ViT-B/32-shaped random weights: adamerging_loop.py TASKS BATCH STEPS
[PRECISION]. The mathematics that Amalgam computes too, written with transformers and autograd: task vectors as matrices, one merge
a step, tasks joined in groups (two of them in float32, four under autocast), coefficients' gradients by projection.

Prints seconds and the process's peak resident memory after each step, in the words of the Java side.
"""
import os
import resource
import sys
import time

import torch
from transformers import CLIPVisionConfig, CLIPVisionModel

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
MIXED = "bf16-mixed" in sys.argv[4:]
GROUP = 4 if MIXED else 2
CLASSES = (397, 196, 45, 10, 10, 43, 10, 47)

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)
model = CLIPVisionModel(CLIPVisionConfig(patch_size=32)).train()
parameters = list(model.parameters())
ancestor = [p.detach().flatten().clone() for p in parameters]
vectors = [torch.randn(TASKS, p.numel()) * 1e-3 for p in parameters]
coefficients = torch.full((TASKS, len(vectors)), 0.3, requires_grad=True)
optimizer = torch.optim.Adam([coefficients], lr=1e-3)
projection = torch.randn(768, 512) / 28
heads = [torch.nn.functional.normalize(torch.randn(512, CLASSES[k % 8]), dim=0) for k in range(TASKS)]
images = [torch.randn(BATCH, 3, 224, 224) for _ in range(TASKS)]


def entropy(logits):
    p = torch.softmax(logits, -1)
    return -(p * torch.log(p + 1e-8)).sum(-1).mean(0)


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
        sum(entropy(e @ heads[k] * 100) for e, k in zip(embeddings, group)).backward()
    gradients = [
        torch.zeros(TASKS) if p.grad is None else torch.mv(rows, p.grad.flatten()) for rows, p in zip(vectors, parameters)
    ]
    coefficients.grad = torch.stack(gradients, 1)
    optimizer.step()
    model.zero_grad()
    merge()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"step {step} total {time.time() - start:.2f} s, resident {resident:.2f} GB", flush=True)
