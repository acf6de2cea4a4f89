"""One layer-wise AdaMerging step of fusion_bench on ViT-B/32-shaped random weights: adamerging_step.py TASKS BATCH STEPS
[PRECISION]; bf16-mixed is what fabric does under that name, torch.autocast around the forward pass.

Prints seconds and the process's peak resident memory after each step, in the words of the Java side.
"""
import sys
import time

import torch
from fusion_bench.models.wrappers.layer_wise_fusion import LayerWiseMergedModel, get_layer_wise_weights

import random_work

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
MIXED = "bf16-mixed" in sys.argv[4:]

base = random_work.model()
experts = random_work.neighbours(base, TASKS)
weights = get_layer_wise_weights(
    num_models=TASKS, num_layers=len(list(base.parameters())), init_values=0.3
)
module = LayerWiseMergedModel(
    layer_wise_weight=weights,
    pretrained_model=base,
    finetuned_models=experts,
    clamp_weights=False,
    tie_weights=True,
    strict=False,
)
projection, heads = random_work.heads(TASKS)
images = random_work.images(TASKS, BATCH)
optimizer = torch.optim.Adam([module.merge_weight], lr=1e-3)

module.merge_weights()
for step in range(STEPS):
    start = time.time()
    for k in range(TASKS):
        with torch.autocast("cpu", torch.bfloat16, enabled=MIXED):
            features = module(pixel_values=images[k]).pooler_output
        embedding = features.float() @ projection
        loss = random_work.entropy(torch.nn.functional.normalize(embedding, dim=-1) @ heads[k] * 100)
        loss.backward(retain_graph=True)
    optimizer.step()
    optimizer.zero_grad()
    module.merge_weights()
    random_work.report(step, start)
