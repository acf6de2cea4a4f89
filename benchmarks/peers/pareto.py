"""PWEMoE by linear scalarisation of fusion_bench on ViT-B/32-shaped random weights: pareto.py TASKS BATCH STEPS.

Prints seconds and peak resident memory after each step, as the training loop of its variant for CLIP does it: one forward pass a
task under weights merged once, the losses weighted by the ray, one backward pass.
"""
import copy
import os
import resource
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from fusion_bench.method.pwe_moe.module import ParetoWeightEnsemblingModule
from transformers import CLIPVisionConfig, CLIPVisionModel

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
CLASSES = (397, 196, 45, 10, 10, 43, 10, 47)

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)
np.random.seed(0)
base = CLIPVisionModel(CLIPVisionConfig(patch_size=32))
experts = []
for _ in range(TASKS):
    expert = copy.deepcopy(base)
    with torch.no_grad():
        for parameter in expert.parameters():
            parameter.add_(torch.randn_like(parameter) * 1e-3)
    experts.append(expert)


def layers(model):
    return getattr(model, "vision_model", model).encoder.layers


model = copy.deepcopy(base).requires_grad_(False)
for i, layer in enumerate(layers(model)):
    for name in ("mlp", "self_attn"):
        setattr(
            layer,
            name,
            ParetoWeightEnsemblingModule(
                base_model=getattr(layers(base)[i], name),
                expert_models=[getattr(layers(expert)[i], name) for expert in experts],
                init_lambda=0.3,
                fix_base_model_and_experts=True,
                router_hidden_layers=2,
            ),
        )
del base, experts
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)
projection = torch.randn(768, 512) / 28
heads = [F.normalize(torch.randn(512, CLASSES[k % 8]), dim=0) for k in range(TASKS)]
images = [torch.randn(BATCH, 3, 224, 224) for _ in range(TASKS)]
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
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"step {step} total {time.time() - start:.2f} s, resident {resident:.2f} GB", flush=True)
