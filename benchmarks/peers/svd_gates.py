"""The gates and dense experts of AdaSVD by fusion_bench on ViT-B/32-shaped random weights: svd_gates.py TASKS BLOCKS GATE_K.

Prints seconds and the process's peak resident memory, in the words of the Java side.
"""
import os
import resource
import sys
import time

import torch
from fusion_bench.models.smile_moe.linear_from_module import SmileMoELinear

TASKS, BLOCKS, GATE_K = (int(argument) for argument in sys.argv[1:4])
SHAPES = [(768, 768)] * 4 + [(768, 3072), (3072, 768)]  # in, out

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)


def linear(shape, near=None):
    layer = torch.nn.Linear(*shape)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if near is None:
                parameter.copy_(torch.randn_like(parameter) * 0.02)
            else:
                parameter.copy_(getattr(near, name) + torch.randn_like(parameter) * 1e-3)
    return layer


maps = []
for _ in range(BLOCKS):
    for shape in SHAPES:
        base = linear(shape)
        maps.append((base, [linear(shape, base) for _ in range(TASKS)]))

start = time.time()
with torch.no_grad():
    for base, experts in maps:
        SmileMoELinear(
            base,
            experts,
            gate_k=GATE_K,
            k=-1,
            top_k=TASKS,
            routing_use_diff=True,
            full_matrices=True,
            upscaling_accelerator=None,
        )
seconds = time.time() - start
resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
print(f"total {seconds:.2f} s, {len(maps) * TASKS} matrices, resident {resident:.2f} GB", flush=True)
