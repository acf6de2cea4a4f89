"""Reads the data sets of short texts, for the other recipes."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq


@dataclass
class Task:
    train: list
    test: list
    classes: int


def read(folder, split, names):
    """Pairs of a text and a label's number."""
    parquet = folder / f"{split}-00000-of-00001.parquet"
    if parquet.exists():
        return [(row["text"], row["label"]) for row in pq.read_table(parquet).to_pylist()]
    table = folder / f"{split}.csv"
    if table.exists():
        with open(table, encoding="utf-8", newline="") as file:
            return [(row["text"], int(row["label"])) for row in csv.DictReader(file)]
    lines = (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [(row["text"], names.index(row["label"])) for row in rows]


def tasks(zoo: Path):
    """By name, as zoo/models/gpt2.json describes them."""
    models = zoo / "models"
    made = {}
    for task in json.loads((models / "gpt2.json").read_text(encoding="utf-8"))["tasks"]:
        folder = models / task["data"]
        train, test = (read(folder, split, task["classnames"]) for split in ("train", "test"))
        made[task["name"]] = Task(train, test, len(task["classnames"]))
    return made
