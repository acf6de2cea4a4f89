"""Random models and tasks in the shapes of the eight-task benchmark, for the timing scripts beside this one."""
import copy
import os
import resource
import time

import torch
from transformers import CLIPVisionConfig, CLIPVisionModel

CLASSES = (397, 196, 45, 10, 10, 43, 10, 47)

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)


def model():
    return CLIPVisionModel(CLIPVisionConfig(patch_size=32))


def neighbours(base, tasks):
    experts = []
    for _ in range(tasks):
        expert = copy.deepcopy(base)
        with torch.no_grad():
            for parameter in expert.parameters():
                parameter.add_(torch.randn_like(parameter) * 1e-3)
        experts.append(expert)
    return experts


def layers(model):
    return getattr(model, "vision_model", model).encoder.layers


def heads(tasks):
    """The projection and a head for each task."""
    projection = torch.randn(768, 512) / 28
    return projection, [torch.nn.functional.normalize(torch.randn(512, CLASSES[k % 8]), dim=0) for k in range(tasks)]


def images(count, batch):
    return [torch.randn(batch, 3, 224, 224) for _ in range(count)]


def entropy(logits):
    p = torch.softmax(logits, -1)
    return -(p * torch.log(p + 1e-8)).sum(-1).mean(0)


def report(step, start):
    """Seconds since start and the process's peak resident memory, in the words of the Java side."""
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(f"step {step} total {time.time() - start:.2f} s, resident {resident:.2f} GB", flush=True)
