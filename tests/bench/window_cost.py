#!/usr/bin/env python3
"""What the open window costs the training.

  python3 tests/bench/window_cost.py build/release/app [--rounds 5] [--steps 600] [--threads 2]

Rounds alternate the window (all plots visible, full speed) and normscope-cli, same recipe, same steps, same
evaluations. The time of a step is the difference between a long and a short run, so that starting, loading and
the picture do not count. Prints the median of the per-round ratios with its range. Where DISPLAY is not set the
window is drawn by Qt's offscreen platform (the same software renderer as under Xvfb).
"""
import argparse, os, pathlib, statistics, subprocess, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("programs", type=pathlib.Path)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--steps", type=int, default=600)
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
recipe = pathlib.Path(__file__).parents[2] / "resources/recipes/first-light.json"
scratch = tempfile.mkdtemp()
environment = dict(os.environ)
if "DISPLAY" not in environment:
    environment["QT_QPA_PLATFORM"] = "offscreen"


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def window(steps):
    return seconds([options.programs / "normscope", "--screenshot", f"{scratch}/window.png", "--steps", str(steps),
                    "--threads", str(options.threads), recipe])


def engine(steps):
    return seconds([options.programs / "normscope-cli", "train", recipe, "--overwrite", "--out", f"{scratch}/run", "--steps", str(steps),
                    "--threads", str(options.threads)])


short = 60
rows = []
for _ in range(options.rounds):
    with_window = (window(options.steps + short) - window(short)) / options.steps
    without = (engine(options.steps + short) - engine(short)) / options.steps
    rows.append((with_window, without))
    print(f"  {with_window * 1e3:.2f} ms a step with the window, {without * 1e3:.2f} ms without", flush=True)
ratios = sorted(a / b for a, b in rows)
print(f"{options.threads} threads: a step takes {statistics.median(ratios):.3f} times as long with the window open "
      f"[{ratios[0]:.3f}..{ratios[-1]:.3f}], median of {options.rounds} rounds of {options.steps} steps")
