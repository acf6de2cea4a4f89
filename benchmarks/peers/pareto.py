"""PWEMoE by linear scalarisation of fusion_bench on ViT-B/32-shaped random weights: pareto.py TASKS BATCH STEPS.

Prints seconds and peak resident memory after each step, as the training loop of its variant for CLIP does it: one forward pass a
task under weights merged once, the losses weighted by the ray, one backward pass.
"""
import copy
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from fusion_bench.method.pwe_moe.module import ParetoWeightEnsemblingModule

import random_work

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])

np.random.seed(0)
base = random_work.model()
experts = random_work.neighbours(base, TASKS)

model = copy.deepcopy(base).requires_grad_(False)
for i, layer in enumerate(random_work.layers(model)):
    for name in ("mlp", "self_attn"):
        setattr(
            layer,
            name,
            ParetoWeightEnsemblingModule(
                base_model=getattr(random_work.layers(base)[i], name),
                expert_models=[getattr(random_work.layers(expert)[i], name) for expert in experts],
                init_lambda=0.3,
                fix_base_model_and_experts=True,
                router_hidden_layers=2,
            ),
        )
del base, experts
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
projection, heads = random_work.heads(TASKS)
images = random_work.images(TASKS, BATCH)
labels = torch.zeros(BATCH, dtype=torch.long)

model.train()
for step in range(STEPS):
    start = time.time()
    ray = torch.from_numpy(np.random.dirichlet((1.0,) * TASKS, 1).astype(np.float32).flatten())
    ParetoWeightEnsemblingModule.set_preferenece_vector(model, ray)
    losses = []
    for k in range(TASKS):
        embedding = model(pixel_values=images[k]).pooler_output @ projection
        losses.append(F.cross_entropy(F.normalize(embedding, dim=-1) @ heads[k] * 100, labels))
    loss = sum(r * l for r, l in zip(ray, losses))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    random_work.report(step, start)
