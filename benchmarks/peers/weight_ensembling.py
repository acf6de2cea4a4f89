"""WEMoE of fusion_bench on ViT-B/32-shaped random weights: weight_ensembling.py TASKS BATCH STEPS.

Prints seconds and peak resident memory after each step (one backward pass a task), then images a second with a routing a sample
and of a plain model, in the words of the Java side.
"""
import copy
import os
import resource
import sys
import time

import torch
from fusion_bench.models.we_moe import WeightEnsemblingMoE
from transformers import CLIPVisionConfig, CLIPVisionModel

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
CLASSES = (397, 196, 45, 10, 10, 43, 10, 47)
BATCHES = 4

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)
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
    layer.mlp = WeightEnsemblingMoE(
        hidden_size=768,
        base_model=layers(base)[i].mlp,
        expert_models=[layers(expert)[i].mlp for expert in experts],
        init_lambda=0.3,
        batch_first=True,
        router_hidden_layers=2,
        batch_reduce=True,
    )
optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-4)
projection = torch.randn(768, 512) / 28
heads = [torch.nn.functional.normalize(torch.randn(512, CLASSES[k % 8]), dim=0) for k in range(TASKS)]
images = [torch.randn(BATCH, 3, 224, 224) for _ in range(max(TASKS, BATCHES))]


def entropy(logits):
    p = torch.softmax(logits, -1)
    return -(p * torch.log(p + 1e-8)).sum(-1).mean(0)


for step in range(STEPS):
    start = time.time()
    optimizer.zero_grad()
    for k in range(TASKS):
        embedding = model(pixel_values=images[k]).pooler_output @ projection
        entropy(torch.nn.functional.normalize(embedding, dim=-1) @ heads[k] * 100).backward()
    optimizer.step()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"step {step} total {time.time() - start:.2f} s, resident {resident:.2f} GB", flush=True)

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
