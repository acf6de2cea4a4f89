"""One layer-wise AdaMerging step of fusion_bench on ViT-B/32-shaped random weights: adamerging_step.py TASKS BATCH STEPS
[PRECISION]; bf16-mixed is what fabric does under that name, torch.autocast around the forward pass.

Prints seconds and the process's peak resident memory after each step, in the words of the Java side.
"""
import copy
import os
import resource
import sys
import time

import torch
from fusion_bench.models.wrappers.layer_wise_fusion import LayerWiseMergedModel, get_layer_wise_weights
from transformers import CLIPVisionConfig, CLIPVisionModel

TASKS, BATCH, STEPS = (int(argument) for argument in sys.argv[1:4])
MIXED = "bf16-mixed" in sys.argv[4:]
CLASSES = (397, 196, 45, 10, 10, 43, 10, 47)

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
projection = torch.randn(768, 512) / 28
heads = [torch.nn.functional.normalize(torch.randn(512, CLASSES[k % 8]), dim=0) for k in range(TASKS)]
images = [torch.randn(BATCH, 3, 224, 224) for _ in range(TASKS)]
optimizer = torch.optim.Adam([module.merge_weight], lr=1e-3)


def entropy(logits):
    p = torch.softmax(logits, -1)
    return -(p * torch.log(p + 1e-8)).sum(-1).mean(0)


module.merge_weights()
for step in range(STEPS):
    start = time.time()
    for k in range(TASKS):
        with torch.autocast("cpu", torch.bfloat16, enabled=MIXED):
            features = module(pixel_values=images[k]).pooler_output
        embedding = features.float() @ projection
        loss = entropy(torch.nn.functional.normalize(embedding, dim=-1) @ heads[k] * 100)
        loss.backward(retain_graph=True)
    optimizer.step()
    optimizer.zero_grad()
    module.merge_weights()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"step {step} total {time.time() - start:.2f} s, resident {resident:.2f} GB", flush=True)
