"""Merges the tiny GPT-2 family with the reference's own functions and writes zoo/reference_gpt2.json.

    pip install "fusion_bench==0.2.33" torch "transformers<5" pyarrow
    python zoo/recipes/gpt2_reference.py

The merging is FusionBench's: ties_merging, merging_with_regmean_weights, get_param_squared_gradients, merging_with_fisher_weights,
LayerWiseMergedModel, entropy_loss. Its task pool for GPT-2 knows GLUE alone and takes 50256 for the padding, so the loops around
them are here; texts are padded to the longest of a batch, and where padding would be counted (Gram matrices) a batch is one text.
"""

import json
import time
from collections import defaultdict
from pathlib import Path

import torch
import transformers
from fusion_bench.method.adamerging.entropy_loss import entropy_loss
from fusion_bench.method.fisher_merging.fisher_merging import get_param_squared_gradients, merging_with_fisher_weights
from fusion_bench.method.regmean.regmean import merging_with_regmean_weights
from fusion_bench.method.ties_merging.ties_merging_utils import state_dict_to_vector, ties_merging, vector_to_state_dict
from fusion_bench.models.wrappers.layer_wise_fusion import LayerWiseMergedModel, get_layer_wise_weights
from transformers import AutoTokenizer, GPT2ForSequenceClassification, GPT2Model
from transformers.models.gpt2.modeling_gpt2 import Conv1D

import gpt2_texts

ZOO = Path(__file__).resolve().parents[1]
FAMILY = json.loads((ZOO / "models" / "gpt2.json").read_text(encoding="utf-8"))
BASE = ZOO / "models" / FAMILY["pretrained"]
WORDS = AutoTokenizer.from_pretrained(BASE)
TASKS = gpt2_texts.tasks(ZOO)


def backbone(name=None):
    if name is None:
        return GPT2Model.from_pretrained(BASE, torch_dtype=torch.float32).eval()
    return classifier(name).transformer


def classifier(name):
    folder = ZOO / "models" / f"{FAMILY['pretrained']}_{name}"
    return GPT2ForSequenceClassification.from_pretrained(folder, torch_dtype=torch.float32).eval()


SCORES = {name: classifier(name).score.requires_grad_(False) for name in TASKS}


def encoded(rows):
    return WORDS([text for text, _ in rows], padding=True, truncation=True, max_length=64, return_tensors="pt")


def logits(model, rows, task):
    ids = encoded(rows)
    states = model(input_ids=ids.input_ids, attention_mask=ids.attention_mask)[0]
    last = ids.attention_mask.sum(-1) - 1
    return SCORES[task](states[torch.arange(len(rows)), last])


@torch.no_grad()
def judged(models):
    """Accuracy and mean loss on the test splits; one model for all tasks, or one a task."""
    accuracy, loss = {}, {}
    for name, task in TASKS.items():
        model = models[name] if isinstance(models, dict) else models
        right, total = 0, 0.0
        for start in range(0, len(task.test), 64):
            rows = task.test[start:start + 64]
            labels = torch.tensor([label for _, label in rows])
            out = logits(model, rows, name)
            right += int((out.argmax(-1) == labels).sum())
            total += float(torch.nn.functional.cross_entropy(out, labels, reduction="sum"))
        accuracy[name] = round(right / len(task.test), 6)
        loss[name] = round(total / len(task.test), 6)
    return {**accuracy, "average": round(sum(accuracy.values()) / len(accuracy), 6), "loss": loss}


def with_state(state):
    model = backbone()
    model.load_state_dict(state, strict=False)
    return model


def arithmetic(factor):
    base, state = backbone().state_dict(), {}
    experts = [backbone(name).state_dict() for name in TASKS]
    for key, value in base.items():
        state[key] = value + factor * sum(expert[key] - value for expert in experts)
    return with_state(state)


def average():
    return arithmetic(1 / len(TASKS))


def ties(scaling_factor, threshold, merge_func):
    base = backbone().state_dict()
    flat = state_dict_to_vector(base, [])
    vectors = torch.vstack([state_dict_to_vector(backbone(name).state_dict(), []) for name in TASKS]) - flat
    merged = ties_merging(vectors, reset_thresh=threshold, merge_func=merge_func)
    return with_state(vector_to_state_dict(flat + scaling_factor * merged, base, remove_keys=[]))


def parameters():
    values = defaultdict(list)
    for name in TASKS:
        for key, value in backbone(name).state_dict().items():
            values[key].append(value)
    return values


def regmean(num_regmean_examples, reduce_non_diagonal_ratio):
    grams = []
    for name, task in TASKS.items():
        model, own, seen = backbone(name), {}, {}

        def hook(key):
            def keep(module, inputs, output):
                x = inputs[0].detach().reshape(-1, inputs[0].shape[-1])
                own[key] = (own.get(key, 0) * seen.get(key, 0) + x.T @ x) / (seen.get(key, 0) + len(x))
                seen[key] = seen.get(key, 0) + len(x)
            return keep

        handles = [module.register_forward_hook(hook(key)) for key, module in model.named_modules() if isinstance(module, Conv1D)]
        with torch.no_grad():
            for row in task.train[:num_regmean_examples]:
                logits(model, [row], name)
        for handle in handles:
            handle.remove()
        grams.append(own)
    return with_state(merging_with_regmean_weights(parameters(), grams, reduce_non_diagonal_ratio, weight_transpose=False))


def fisher(num_fisher_examples, batch_size, normalize_fisher_weight, minimal_fisher_weight):
    weights = []
    for name, task in TASKS.items():
        model, summed = backbone(name), {}
        names = [key for key, _ in model.named_parameters()]
        for start in range(0, num_fisher_examples, batch_size):
            out = logits(model, task.train[start:start + batch_size], name)
            expected = (torch.softmax(out, -1).detach().sqrt() * torch.log_softmax(out, -1)).sum()
            model.zero_grad()
            expected.backward()
            for key, value in get_param_squared_gradients(model=model, param_names_to_merge=names).items():
                summed[key] = summed.get(key, 0) + value.detach()
        weights.append({key: value / num_fisher_examples for key, value in summed.items()})
    merged = merging_with_fisher_weights(
        models_to_merge_param_dict=parameters(), models_to_merge_fisher_weights_list=weights,
        fisher_scaling_coefficients=torch.ones(len(TASKS)) / len(TASKS),
        normalize_fisher_weight=normalize_fisher_weight, minimal_fisher_weight=minimal_fisher_weight)
    return with_state(merged)


def adamerging(lr, init_values, clamp_weights, batch_size, max_steps):
    """Batches in the order of the test splits; a loss is the entropy of a batch's mean logits, as the reference has it."""
    base = backbone()
    count = len(list(base.parameters()))
    module = LayerWiseMergedModel(
        layer_wise_weight=get_layer_wise_weights(num_models=len(TASKS), num_layers=count, init_values=init_values),
        pretrained_model=base, finetuned_models=[backbone(name) for name in TASKS], clamp_weights=clamp_weights,
        tie_weights=True, strict=False)
    optimizer = torch.optim.Adam([module.merge_weight], lr=lr)
    module.merge_weights()
    losses, weights = [], [module.merge_weight.detach().tolist()]
    for step in range(max_steps):
        own = []
        for name, task in TASKS.items():
            rows = [task.test[i % len(task.test)] for i in range(step * batch_size, (step + 1) * batch_size)]
            loss = entropy_loss(logits(module, rows, name).mean(dim=0, keepdim=True))
            loss.backward(retain_graph=True)
            own.append(round(loss.item(), 7))
        optimizer.step()
        optimizer.zero_grad()
        module.merge_weights()
        losses.append(own)
        weights.append(module.merge_weight.detach().tolist())
    return module.merge_and_unload(), {
        "entropy_per_step_per_task": losses,
        "merging_weights_after_each_step": [[[round(x, 6) for x in row] for row in table] for table in weights]}


def main():
    methods = {}

    def run(name, function, **settings):
        start = time.time()
        made = function(**settings)
        model, more = made if isinstance(made, tuple) else (made, {})
        methods[name] = {"settings": settings, "accuracy": judged(model), "wall_seconds": round(time.time() - start, 1), **more}
        print(f"{name:32s}", {key: value for key, value in methods[name]["accuracy"].items() if key != "loss"}, flush=True)

    run("zero_shot", backbone)
    run("individual", lambda: {name: backbone(name) for name in TASKS})
    run("simple_average", average)
    for factor in (0.3, 0.5, 1.0):
        run(f"task_arithmetic_{factor}", lambda scaling_factor: arithmetic(scaling_factor), scaling_factor=factor)
    for factor in (0.3, 1.0):
        run(f"ties_merging_{factor}", ties, scaling_factor=factor, threshold=20, merge_func="sum")
    run("fisher_merging", fisher, num_fisher_examples=256, batch_size=32, normalize_fisher_weight=True,
        minimal_fisher_weight=1e-6)
    run("regmean", lambda shuffle, **settings: regmean(**settings), num_regmean_examples=256, reduce_non_diagonal_ratio=0.6,
        shuffle=False)
    run("seq_layer_wise_adamerging", adamerging, lr=1e-3, init_values=0.3, clamp_weights=False, batch_size=16, max_steps=20)
    reference = {"format": 1, "fusion_bench": "0.2.33", "transformers": transformers.__version__, "torch": torch.__version__,
                 "device": "cpu", "dtype": "float32 (weights read from float16 files)", "tasks": list(TASKS), "methods": methods}
    (ZOO / "reference_gpt2.json").write_text(json.dumps(reference, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
