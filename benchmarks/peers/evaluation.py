# The reference's way to judge a ViT-B/32 on image files: transformers' CLIPProcessor in a data set, a DataLoader in the main
# process as fusion_bench has it by default, the vision model's forward pass, random weights.
#   evaluation.py FOLDER BATCH WORKERS      prints images a second, imports left out
import glob
import os
import resource
import sys
import time

import torch
from PIL import Image
from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

folder, batch, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


class Images(torch.utils.data.Dataset):
    def __init__(self):
        self.files = sorted(glob.glob(os.path.join(folder, "test", "*", "*.jpg")))
        self.processor = CLIPImageProcessor()

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = Image.open(self.files[index]).convert("RGB")
        return self.processor(images=[image], return_tensors="pt")["pixel_values"][0]


torch.manual_seed(0)
model = CLIPVisionModel(CLIPVisionConfig()).eval()
projection = torch.randn(768, 10)
loader = torch.utils.data.DataLoader(Images(), batch_size=batch, num_workers=workers)
start = time.monotonic()
count = 0
with torch.no_grad():
    for pixels in loader:
        (model(pixel_values=pixels).pooler_output @ projection).argmax(-1)
        count += len(pixels)
seconds = time.monotonic() - start
resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
print(f"{count / seconds:.2f} images/s, resident {resident:.2f} GB")
