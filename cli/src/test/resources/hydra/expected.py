"""Writes values.json and compositions.json: what Hydra makes of overrides. Run with hydra-core 1.3.8 and omegaconf 2.3.1."""

import json
from pathlib import Path

from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

HERE = Path(__file__).resolve().parent


def composed(overrides):
    try:
        config = compose("root", overrides=overrides)
        return {"overrides": overrides, "composed": OmegaConf.to_container(config, resolve=True)}
    except Exception as refused:
        return {"overrides": overrides, "refused": f"{type(refused).__name__}: {str(refused).splitlines()[0]}"}


def write(name, cases):
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (HERE / name).write_text(f"[\n{lines}\n]\n")


with initialize_config_dir(version_base="1.3", config_dir=str(HERE / "conf")):
    write("compositions.json", [composed(line.split("  ")) for line in (HERE / "compositions.txt").read_text().splitlines()])
    values = []
    for value in (HERE / "values.txt").read_text().splitlines():
        case = composed(["+method.v=" + value])
        found = {"value": case["composed"]["method"]["v"]} if "composed" in case else {"refused": case["refused"]}
        values.append({"text": value, **found})
    write("values.json", values)
