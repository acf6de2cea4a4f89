"""A whole merge by fusion_bench's AdaSVD: ada_svd.py FOLDER SAMPLES.

The models are those that the Java side wrote into FOLDER; the images are random, SAMPLES a task, as tensors, so that no decoding is
timed. Prints seconds, from the loading of the checkpoints to the merged model, those of the construction (gates and experts)
and the process's peak resident memory, in the words of the Java side.
"""
import os
import resource
import sys
import time

import torch
from fusion_bench.method.ada_svd.clip_vision import AdaSVDMergingForCLIPVisionModel
from transformers import CLIPVisionModel

FOLDER, SAMPLES = sys.argv[1], int(sys.argv[2])
TASKS = 8

torch.set_num_threads(len(os.sched_getaffinity(0)))


class Pool:
    model_names = [f"task_{k}" for k in range(TASKS)]

    def load_pretrained_model(self):
        return CLIPVisionModel.from_pretrained(f"{FOLDER}/ancestor")

    def models(self):
        return (CLIPVisionModel.from_pretrained(f"{FOLDER}/{name}") for name in self.model_names)


class RandomImages(torch.utils.data.Dataset):
    """Drawn when they are asked for."""

    def __len__(self):
        return TASKS * SAMPLES

    def __getitem__(self, index):
        if index >= len(self):
            raise IndexError
        return torch.randn(3, 224, 224, generator=torch.Generator().manual_seed(index)), 0


class Timed(AdaSVDMergingForCLIPVisionModel):
    def prepare_data(self, modelpool):
        return RandomImages()

    def merge(self, *models):
        begin = time.time()
        upscaled = super().merge(*models)
        self.construction = time.time() - begin
        return upscaled


method = Timed(
    scaling_factor=None,
    num_samples=SAMPLES,
    gate_k=16,
    average_experts=False,
    device="cpu",
    upscaling_accelerator=None,
    seed=0,
)
start = time.time()
merged = method.run(Pool())
seconds = time.time() - start
resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
parameters = sum(parameter.numel() for parameter in merged.parameters())
print(
    f"total {seconds:.2f} s, {parameters} parameters of {TASKS * SAMPLES} images,"
    f" {method.construction:.2f} s of it construction, resident {resident:.2f} GB",
    flush=True,
)
