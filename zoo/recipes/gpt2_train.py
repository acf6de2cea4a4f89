"""Trains the tiny GPT-2 family on the data sets that gpt2_data.py wrote: zoo/models/gpt2-tiny96 and an expert a task.

    pip install torch "transformers<5" tokenizers pyarrow
    python zoo/recipes/gpt2_train.py

1. A byte-level BPE tokenizer of VOCABULARY entries on the training texts.
2. The ancestor: a language model of the training texts, then a short time with throw-away heads on all tasks together, so that
   its features are of use and the experts stay near it.
3. An expert a task: the ancestor with a new head, both fine-tuned on the task alone.
4. All are written as float16, to be read into float32.

A model that is there already is not trained anew.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (AutoTokenizer, GPT2Config, GPT2ForSequenceClassification, GPT2LMHeadModel, GPT2Model,
                          PreTrainedTokenizerFast)

import gpt2_texts

ZOO = Path(__file__).resolve().parents[1]
NAME = "gpt2-tiny96"
VOCABULARY = 1024
END = "<|endoftext|>"
SEED = 0
BATCH = 64

LANGUAGE_STEPS, LANGUAGE_RATE = 900, 3e-3
JOINT_STEPS, JOINT_RATE = 250, 1e-3
EXPERT_RATE = 3e-4
EXPERT_STEPS = {"language": 300, "field": 300, "maker": 200, "character": 200}


def tokenizer(texts):
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.post_processor = processors.ByteLevel(trim_offsets=False)
    made.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token=END, eos_token=END, pad_token=END, unk_token=END,
                                   model_max_length=64)


def configuration(**more):
    return GPT2Config(vocab_size=VOCABULARY, n_positions=64, n_embd=96, n_layer=3, n_head=6, bos_token_id=0, eos_token_id=0,
                      pad_token_id=0, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, **more)


def steps(parameters, count, rate, loss):
    """AdamW with a short warm-up and cosine decay."""
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=count, pct_start=0.1)
    for step in range(count):
        value = loss(step)
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        if step % 250 == 0:
            print(f"  step {step} loss {value.item():.3f}", flush=True)


def batch(rows, generator):
    return [rows[i] for i in torch.randint(len(rows), (BATCH,), generator=generator).tolist()]


def language_model(words, texts, generator):
    model = GPT2LMHeadModel(configuration())

    def loss(step):
        ids = words([text + END for text in batch(texts, generator)], padding=True, return_tensors="pt")
        labels = ids.input_ids.masked_fill(ids.attention_mask == 0, -100)
        return model(input_ids=ids.input_ids, attention_mask=ids.attention_mask, labels=labels).loss

    steps(list(model.parameters()), LANGUAGE_STEPS, LANGUAGE_RATE, loss)
    return model.transformer


def classifier(backbone, classes):
    model = GPT2ForSequenceClassification(configuration(num_labels=classes))
    model.transformer.load_state_dict(backbone.state_dict())
    return model


def cross_entropy(model, words, rows):
    ids = words([text for text, _ in rows], padding=True, return_tensors="pt")
    logits = model(input_ids=ids.input_ids, attention_mask=ids.attention_mask).logits
    return torch.nn.functional.cross_entropy(logits, torch.tensor([label for _, label in rows]))


def together(backbone, words, tasks, generator):
    """All tasks on one backbone; the heads are thrown away."""
    heads = []
    for task in tasks.values():
        model = classifier(backbone, task.classes)
        model.transformer = backbone
        heads.append(model)
    parameters = list(backbone.parameters()) + [head.score.weight for head in heads]
    steps(parameters, JOINT_STEPS, JOINT_RATE, lambda step: sum(
        cross_entropy(model, words, batch(task.train, generator)) for model, task in zip(heads, tasks.values())) / len(heads))
    return backbone


def save(model, folder, words=None):
    model.save_pretrained(folder, safe_serialization=True)
    file = folder / "model.safetensors"
    halves = {name: tensor.half().contiguous() for name, tensor in load_file(file).items()}
    save_file(halves, file, metadata={"format": "pt"})
    if words is not None:
        words.save_pretrained(folder)


def train_ancestor(folder, tasks):
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    texts = [text for task in tasks.values() for text, _ in task.train]
    words = tokenizer(texts)
    print("ancestor: language model")
    backbone = language_model(words, texts, generator)
    print("ancestor: tasks together")
    backbone = together(backbone, words, tasks, generator)
    ancestor = GPT2Model(configuration())
    ancestor.load_state_dict(backbone.state_dict())
    save(ancestor, folder, words)


def train_expert(folder, name, task, ancestor):
    seed = SEED + 1 + list(EXPERT_STEPS).index(name)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    print("expert", name)
    words = AutoTokenizer.from_pretrained(ancestor)
    model = classifier(GPT2Model.from_pretrained(ancestor, torch_dtype=torch.float32), task.classes)
    steps(list(model.parameters()), EXPERT_STEPS[name], EXPERT_RATE,
          lambda step: cross_entropy(model, words, batch(task.train, generator)))
    save(model, folder)


def main():
    tasks = gpt2_texts.tasks(ZOO)
    ancestor = ZOO / "models" / NAME
    if not ancestor.exists():
        train_ancestor(ancestor, tasks)
    for name, task in tasks.items():
        folder = ZOO / "models" / f"{NAME}_{name}"
        if not folder.exists():
            train_expert(folder, name, task, ancestor)


if __name__ == "__main__":
    sys.exit(main())
