# JPEG files of the sizes that photographs in data sets have, of random smooth pictures, in a folder for each class:
#   make_images.py FOLDER COUNT
import os
import sys

import numpy
from PIL import Image

SIZES = [(500, 375), (375, 500), (640, 480), (500, 333), (256, 256), (1024, 768)]


def main(folder, count):
    random = numpy.random.default_rng(0)
    for i in range(count):
        target = os.path.join(folder, "test", f"class_{i % 10}")
        os.makedirs(target, exist_ok=True)
        coarse = Image.fromarray(random.integers(0, 256, (24, 32, 3), dtype=numpy.uint8))
        pixels = numpy.asarray(coarse.resize(SIZES[i % len(SIZES)], Image.BICUBIC), dtype=numpy.int16)
        grain = random.integers(-12, 13, pixels.shape, dtype=numpy.int16)
        picture = Image.fromarray(numpy.clip(pixels + grain, 0, 255).astype(numpy.uint8))
        picture.save(os.path.join(target, f"{i:05d}.jpg"), quality=90)


main(sys.argv[1], int(sys.argv[2]))
