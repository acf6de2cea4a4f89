# Models in the shape and with the names of a Llama, of random numbers in bfloat16, two shards each: an ancestor and experts
# that differ from it by a tenth of its spread.
#   make_llama.py FOLDER EXPERTS LAYERS WIDTH      16 layers of width 2048 have 0.95 billion parameters
# Writes FOLDER/base, FOLDER/expert_1 and so on.
import json
import os
import sys

import torch
from safetensors.torch import save_file

VOCABULARY = 32000


def shapes(layers, width):
    inner = width * 11 // 4
    yield "model.embed_tokens.weight", (VOCABULARY, width)
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        for letter in "qkvo":
            yield f"{prefix}self_attn.{letter}_proj.weight", (width, width)
        yield f"{prefix}mlp.gate_proj.weight", (inner, width)
        yield f"{prefix}mlp.up_proj.weight", (inner, width)
        yield f"{prefix}mlp.down_proj.weight", (width, inner)
        yield f"{prefix}input_layernorm.weight", (width,)
        yield f"{prefix}post_attention_layernorm.weight", (width,)
    yield "model.norm.weight", (width,)
    yield "lm_head.weight", (VOCABULARY, width)


def config(layers, width):
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": width,
        "intermediate_size": width * 11 // 4,
        "num_hidden_layers": layers,
        "num_attention_heads": width // 64,
        "num_key_value_heads": width // 64,
        "vocab_size": VOCABULARY,
        "rms_norm_eps": 1e-5,
        "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
        "max_position_embeddings": 2048,
        "hidden_act": "silu",
    }


def numbers(seed, shape, spread):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator) * spread


def main(folder, experts, layers, width):
    tensors = list(shapes(layers, width))
    halves = [tensors[: len(tensors) // 2], tensors[len(tensors) // 2 :]]
    elements = sum(torch.Size(shape).numel() for _, shape in tensors)
    for model in range(experts + 1):
        target = os.path.join(folder, f"expert_{model}" if model else "base")
        os.makedirs(target, exist_ok=True)
        names = {}
        for shard, half in enumerate(halves, 1):
            file = f"model-{shard:05d}-of-{len(halves):05d}.safetensors"
            values = {}
            for place, (name, shape) in enumerate(half):
                seed = shard * 100_003 + place
                value = numbers(seed, shape, 0.02)
                if model:
                    value += numbers(model * 1_000_003 + seed, shape, 0.002)
                values[name] = value.bfloat16()
                names[name] = file
            save_file(values, os.path.join(target, file), metadata={"format": "pt"})
        with open(os.path.join(target, "config.json"), "w") as out:
            json.dump(config(layers, width), out)
        with open(os.path.join(target, "model.safetensors.index.json"), "w") as out:
            json.dump({"metadata": {"total_size": elements * 2}, "weight_map": names}, out)
    print(f"{elements / 1e9:.3f} billion parameters a model")


main(sys.argv[1], *map(int, sys.argv[2:]))
