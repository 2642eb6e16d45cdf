"""Loads every PyTorch folder in a folder and compares it with what the engine computed.

    /usr/bin/python3 check_torch_exports.py DIR

For every DIR/<case>/model.py: its imports, the state dict's names, order and bits, eps and momentum, and its answers to
the pixels of DIR/<case>.safetensors against the logits there. Writes the state dict back as DIR/<case>.back.safetensors.
Prints the largest difference; the first thing that is wrong ends it with an error.
"""

import ast
import importlib.util
import json
import struct
import sys
from pathlib import Path

import torch
from torch import nn

ALLOWED = {"collections", "json", "numpy", "pathlib", "torch"}


def imports_of(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def load_source(path):
    spec = importlib.util.spec_from_file_location("model", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def save_safetensors(state, path):
    """Independent of the program: tensors of 8-byte elements first, as Hugging Face's writer does."""
    header, blobs, begin = {}, [], 0
    for name, tensor in sorted(state.items(), key=lambda item: item[1].dtype != torch.int64):
        blob = tensor.contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64"}[tensor.dtype]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [begin, begin + len(blob)]}
        blobs.append(blob)
        begin += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def check_options(model, norm):
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
            assert module.momentum == norm["momentum"], module
            assert module.affine == norm["affine"], module
            assert module.track_running_stats == norm["track_running_stats"], module
        if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d, nn.GroupNorm, nn.LayerNorm, nn.InstanceNorm2d)):
            assert module.eps == norm["eps"], module
            is_trained = not norm["frozen_affine"]
            assert all(p.requires_grad == is_trained for p in module.parameters()), module


def check(folder):
    module = load_source(folder / "model.py")
    assert set(imports_of((folder / "model.py").read_text())) <= ALLOWED
    model = module.load_model()
    assert isinstance(model, nn.Module) and not model.training
    weights = module.read_safetensors(folder / "weights.safetensors")
    state = model.state_dict()
    expected = (folder.parent / (folder.name + ".names")).read_text().split("\n")
    assert list(state) == expected, (list(state), expected)
    assert all(torch.equal(state[name], weights[name]) for name in state)
    recipe = json.loads((folder / "recipe.json").read_text())
    check_options(model, recipe["model"]["norm"])
    case = module.read_safetensors(folder.parent / (folder.name + ".safetensors"))
    pixels, logits = case["pixels"], case["logits"]
    assert tuple(pixels.shape[1:]) == module.INPUT_SIZE and logits.shape[1] == len(module.CLASSES)
    with torch.no_grad():
        found = model(module.normalize(pixels))
    save_safetensors(state, folder.parent / (folder.name + ".back.safetensors"))
    return float((found - logits).abs().max() / max(1.0, float(logits.abs().max())))


def main():
    torch.set_num_threads(1)
    worst = 0.0
    for source in sorted(Path(sys.argv[1]).glob("*/model.py")):
        try:
            difference = check(source.parent)
        except Exception:
            print("in", source.parent, file=sys.stderr)
            raise
        assert difference <= 1e-5, (source.parent, difference)
        worst = max(worst, difference)
    print(f"{worst:.1e}")


main()
