#!/usr/bin/python3
"""The PyTorch side of measure_performance.py: prints one JSON object a line. Needs Debian's python3-torch.

  /usr/bin/python3 tests/bench/torch_peer.py train --net simple28 --batch 64 --threads 1 --layout nhwc [--no-bn]
  /usr/bin/python3 tests/bench/torch_peer.py norm --threads 1

train: full steps (zero_grad, forward, cross entropy, backward, SGD with momentum) on images in memory. norm: BatchNorm2d and
ReLU alone, forward and backward, both layouts. glibc's malloc is told to keep its memory, PyTorch's strongest setting: without
that each large tensor is new pages from the system.
"""
import argparse, json, os, resource, sys, time

KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "8589934592", "MALLOC_TOP_PAD_": "268435456"}


def median(values):
    return sorted(values)[len(values) // 2]


def make_network(net, has_norm):
    name, size = net.rstrip("0123456789"), int(net[len(net.rstrip("0123456789")):])
    channels = 1 if size == 28 else 3
    norm = nn.BatchNorm2d if has_norm else (lambda width: nn.Identity())

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1), norm(outputs)
            self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1), norm(outputs)
            same = stride == 1 and inputs == outputs
            self.shortcut = nn.Sequential() if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride), norm(outputs))

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
            return F.relu(y + self.shortcut(x))

    def conv(inputs, outputs):
        return [nn.Conv2d(inputs, outputs, 3, padding=1), norm(outputs), nn.ReLU()]

    layers = {
        "simple": lambda: [*conv(channels, 16), nn.MaxPool2d(2), *conv(16, 32), nn.MaxPool2d(2), nn.Flatten(),
                           nn.Linear(32 * (size // 4) ** 2, 10)],
        "vgg": lambda: [*conv(channels, 32), *conv(32, 32), nn.MaxPool2d(2), *conv(32, 64), *conv(64, 64), nn.MaxPool2d(2),
                        nn.Flatten(), nn.Linear(64 * (size // 4) ** 2, 10)],
        "resnet": lambda: [*conv(channels, 16), Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), nn.AdaptiveAvgPool2d(1),
                           nn.Flatten(), nn.Linear(64, 10)],
    }[name]()
    return nn.Sequential(*layers), channels, size


def train(options):
    torch.manual_seed(0)
    network, channels, size = make_network(options.net, not options.no_bn)
    images, labels = torch.randn(options.batch, channels, size, size), torch.randint(0, 10, (options.batch,))
    if options.layout == "nhwc":
        network = network.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network(images), labels).backward()
        optimizer.step()

    for _ in range(5):
        step()
    times, begin = [], time.perf_counter()
    while len(times) < options.steps or time.perf_counter() - begin < options.seconds:
        before = time.perf_counter()
        step()
        times.append(time.perf_counter() - before)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"img_s": options.batch / median(times), "step_ms": median(times) * 1e3, "peak_mib": peak}))


def norm(options):
    for shape in [(64, 16, 32, 32), (64, 64, 32, 32), (16, 64, 112, 112)]:
        for layout in ("nchw", "nhwc"):
            form = torch.channels_last if layout == "nhwc" else torch.contiguous_format
            x = torch.randn(shape).contiguous(memory_format=form).requires_grad_(True)
            gradient = torch.randn(shape).contiguous(memory_format=form)
            layer, forward, backward = nn.Sequential(nn.BatchNorm2d(shape[1]), nn.ReLU()), [], []
            for _ in range(30):
                x.grad = None
                begin = time.perf_counter()
                y = layer(x)
                forward.append(time.perf_counter() - begin)
                begin = time.perf_counter()
                y.backward(gradient)
                backward.append(time.perf_counter() - begin)
            print(json.dumps({"shape": f"({','.join(map(str, shape))})", "layout": layout,
                              "forward_ms": median(forward[5:]) * 1e3, "backward_ms": median(backward[5:]) * 1e3}), flush=True)


parser = argparse.ArgumentParser()
parser.add_argument("what", choices=["train", "norm"])
parser.add_argument("--net", default="simple28")
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--layout", choices=["nchw", "nhwc"], default="nhwc")
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--no-bn", action="store_true")
chosen = parser.parse_args()
if any(os.environ.get(key) != value for key, value in KEEP_MEMORY.items()):
    os.environ.update(KEEP_MEMORY)  # malloc reads them when a program starts
    os.execv(sys.executable, [sys.executable] + sys.argv)

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(chosen.threads)
train(chosen) if chosen.what == "train" else norm(chosen)
