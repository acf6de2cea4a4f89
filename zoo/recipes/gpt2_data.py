"""Writes the four data sets of short texts: zoo/data/{language,field,maker,character}.

    pip install babel pyarrow                       # CLDR's names, as Babel carries them
    apt-get install wordnet-base pci.ids            # WordNet 3.0 and the PCI ID list
    python zoo/recipes/gpt2_data.py

What is drawn depends on the sources and on SEED alone. ../data/README.md says what the data are and whose.
"""

import csv
import json
import random
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from babel import Locale

SEED = 7
OUT = Path(__file__).resolve().parents[1] / "data"
MODELS = OUT.parent / "models"
WORDNET = Path("/usr/share/wordnet/data.noun")
PCI = Path("/usr/share/misc/pci.ids")

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch",
             "pl": "Polish", "fi": "Finnish", "hu": "Hungarian", "tr": "Turkish"}

# WordNet's numbers of lexicographer files.
FIELDS = {"animal": 5, "artifact": 6, "body": 8, "food": 13, "location": 15, "person": 18, "plant": 20, "substance": 27}

MAKERS = {"Intel": ["Intel Corporation"], "NVIDIA": ["NVIDIA Corporation"],
          "AMD": ["Advanced Micro Devices, Inc. [AMD/ATI]", "Advanced Micro Devices, Inc. [AMD]"],
          "Chelsio": ["Chelsio Communications Inc"], "National Instruments": ["National Instruments"],
          "VIA": ["VIA Technologies, Inc."], "Broadcom": ["Broadcom Inc. and subsidiaries", "Broadcom / LSI"],
          "Mellanox": ["Mellanox Technologies"]}

CATEGORIES = {"capital letter": ["Lu"], "small letter": ["Ll"], "modifier letter": ["Lm"], "other letter": ["Lo"],
              "mark": ["Mn", "Mc", "Me"], "number": ["Nd", "Nl", "No"],
              "punctuation": ["Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps"], "symbol": ["Sc", "Sk", "Sm", "So"]}


def unambiguous(pairs):
    """Texts that belong to one class alone, each once, in the order of their first appearance."""
    classes = {}
    for text, label, group in pairs:
        classes.setdefault(text, (set(), group))[0].add(label)
    return [(text, labels.pop(), group) for text, (labels, group) in classes.items() if len(labels) == 1]


def languages():
    """Names of currencies, languages, scripts and territories; a group is the thing that is named."""
    for label, code in enumerate(LANGUAGES):
        locale = Locale.parse(code)
        for kind in ("currencies", "languages", "scripts", "territories"):
            for key, name in sorted(getattr(locale, kind).items()):
                if len(name) > 3 and any(c.isalpha() for c in name):
                    yield name, label, f"{kind} {key}"


def fields():
    """Nouns of one field alone; a group is a text."""
    known = {number: label for label, number in enumerate(FIELDS.values())}
    for line in WORDNET.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            continue
        parts = line.split("|")[0].split()
        # A word of several fields must not pass for one of a single field.
        label = known.get(int(parts[1]), -1)
        for i in range(int(parts[3], 16)):
            word = parts[4 + 2 * i].replace("_", " ")
            yield word, label, word


def makers():
    """Devices; a group is a device's name without the marketing name in brackets behind it."""
    known = {name: label for label, names in enumerate(MAKERS.values()) for name in names}
    label = None
    for line in PCI.read_text(encoding="utf-8").splitlines():
        if line.startswith("C "):
            break
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith("\t"):
            label = known.get(line[6:].strip())
        elif not line.startswith("\t\t") and label is not None:
            name = line[7:].strip()
            yield name, label, name.split("[")[0].strip()


def characters():
    """Names of Unicode's characters but for those that are counted through; a group is a name."""
    known = {category: label for label, names in enumerate(CATEGORIES.values()) for category in names}
    counted = ("CJK ", "HANGUL SYLLABLE", "TANGUT ", "NUSHU ", "KHITAN ", "EGYPTIAN ", "ANATOLIAN ", "CUNEIFORM ",
               "VARIATION SELECTOR", "SIGNWRITING ", "BAMUM LETTER PHASE", "YI SYLLABLE", "VAI SYLLABLE")
    for point in range(0x110000):
        name = unicodedata.name(chr(point), "")
        label = known.get(unicodedata.category(chr(point)))
        if name and label is not None and not name.startswith(counted):
            yield name.lower(), label, name


def split(pairs, classes, per_class, test_per_class, rng):
    """A train and a test split that share no group, with at most so many texts of a class in each."""
    rows = [row for row in unambiguous(pairs) if row[1] >= 0 and len(row[0]) <= 60]
    groups = sorted({group for _, _, group in rows})
    rng.shuffle(groups)
    held = set(groups[: len(groups) // 4])
    train, test = [], []
    for label in range(classes):
        own = sorted(row for row in rows if row[1] == label)
        rng.shuffle(own)
        test += [row[:2] for row in own if row[2] in held][:test_per_class]
        train += [row[:2] for row in own if row[2] not in held][:per_class]
    rng.shuffle(train)
    rng.shuffle(test)
    return {"train": train, "test": test}


def parquet(folder, splits, names):
    for name, rows in splits.items():
        table = pa.table({"text": [text for text, _ in rows], "label": pa.array([label for _, label in rows], pa.int64())})
        features = {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": names, "_type": "ClassLabel"}}
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
        pq.write_table(table, folder / f"{name}-00000-of-00001.parquet", compression="zstd")


def comma_separated(folder, splits, names):
    for name, rows in splits.items():
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(["text", "label"])
            out.writerows(rows)


def json_lines(folder, splits, names):
    """Labels by name."""
    for name, rows in splits.items():
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as file:
            for text, label in rows:
                file.write(json.dumps({"text": text, "label": names[label]}, ensure_ascii=False) + "\n")


TASKS = {
    "language": (languages, LANGUAGES, 800, 100, parquet),
    "field": (fields, FIELDS, 1500, 125, comma_separated),
    "maker": (makers, MAKERS, 800, 125, json_lines),
    "character": (characters, CATEGORIES, 800, 125, parquet),
}


def describe(names):
    """zoo/models/gpt2.json, from which the pool and the tasks are made and the other recipes know the family."""
    tasks = [{"name": task, "model": f"gpt2-tiny96_{task}", "data": f"../data/{task}", "classnames": classes}
             for task, classes in names.items()]
    family = {"format": 1, "pretrained": "gpt2-tiny96",
              "weights": "float16 in the files, meant to be read into float32", "tasks": tasks}
    (MODELS / "gpt2.json").write_text(json.dumps(family, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    described = {}
    for task, (source, names, per_class, test_per_class, write) in TASKS.items():
        classes = list(names.values()) if task == "language" else list(names)
        splits = split(source(), len(classes), per_class, test_per_class, random.Random(f"{SEED} {task}"))
        described[task] = classes
        folder = OUT / task
        folder.mkdir(parents=True, exist_ok=True)
        write(folder, splits, classes)
        print(task, {name: len(rows) for name, rows in splits.items()},
              [sum(label == k for _, label in splits["train"]) for k in range(len(classes))],
              [sum(label == k for _, label in splits["test"]) for k in range(len(classes))])
    describe(described)


if __name__ == "__main__":
    main()
