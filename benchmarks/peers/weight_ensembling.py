"""WEMoE of fusion_bench on ViT-B/32-shaped random weights: weight_ensembling.py TASKS BATCH STEPS.

Prints seconds and peak resident memory after each step (one backward pass a task), then images a second with a routing a sample
and of a plain model, in the words of the Java side.
"""
import copy
import sys
import time

import torch
from fusion_bench.models.we_moe import WeightEnsemblingMoE

import random_work

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
BATCHES = 4

base = random_work.model()
experts = random_work.neighbours(base, TASKS)

model = copy.deepcopy(base).requires_grad_(False)
for i, layer in enumerate(random_work.layers(model)):
    layer.mlp = WeightEnsemblingMoE(
        hidden_size=768,
        base_model=random_work.layers(base)[i].mlp,
        expert_models=[random_work.layers(expert)[i].mlp for expert in experts],
        init_lambda=0.3,
        batch_first=True,
        router_hidden_layers=2,
        batch_reduce=True,
    )
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-4)
projection, heads = random_work.heads(TASKS)
images = random_work.images(max(TASKS, BATCHES), BATCH)

for step in range(STEPS):
    start = time.time()
    optimizer.zero_grad()
    for k in range(TASKS):
        embedding = model(pixel_values=images[k]).pooler_output @ projection
        random_work.entropy(torch.nn.functional.normalize(embedding, dim=-1) @ heads[k] * 100).backward()
    optimizer.step()
    random_work.report(step, start)

for module in model.modules():
    if isinstance(module, WeightEnsemblingMoE):
        module.batch_reduce = False
with torch.no_grad():
    for what, network in (("a routing a sample", model), ("plain model", base)):
        for round in range(2):
            start = time.time()
            for k in range(BATCHES):
                network(pixel_values=images[k])
        print(f"{what} {BATCHES * BATCH / (time.time() - start):.2f} images/s", flush=True)
