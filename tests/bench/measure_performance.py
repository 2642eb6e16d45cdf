#!/usr/bin/env python3
"""Prints the tables of docs/performance.md as Markdown.

  python3 tests/bench/measure_performance.py build/release [--parts ratio,share] [--rounds 9] [--seconds 1]

wants `ninja -C build/release normscope-cli machine_limits kernels_bench recording_bench` (the last two Google Benchmark) and, for what is
compared with PyTorch, Debian's python3-torch. Parts:

  machine      processor, system, compilers
  limits       peak FLOP/s and bandwidth
  ratio        training steps against PyTorch's faster layout: 1 thread batch 64, 2 threads batch 64, 2 threads batch 16
  share        batch norm's share of a step, ours and PyTorch's
  norm         batch norm and ReLU alone against ATen
  isa          AVX2 against PyTorch (which uses all it finds) and against our best instruction set
  scaling      batch size, image size, width, threads
  profile      where a step's time goes (needs perf)
  memory       peak memory of the whole process, ours and PyTorch's
  flat         memory over 10 000 steps
  recording    what recording the statistics of all channels costs
  loading      what making batches costs, with and without augmentation
  winograd     5 epochs with Winograd and with the direct kernels, 6 seeds

Alternating rounds: each round measures everybody once, ratios are made within a round, and the median of the rounds is
given with their range. Run it on an idle machine.
"""
import argparse, collections, json, os, pathlib, platform, re, statistics, subprocess, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NETS = ["simple28", "simple32", "vgg32", "resnet32"]

parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("--parts", default="machine,limits,ratio,share,norm,isa,scaling,profile,memory,flat,recording,loading,winograd")
parser.add_argument("--nets", default=",".join(NETS))
parser.add_argument("--rounds", type=int, default=9)
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--python", default="/usr/bin/python3", help="the one that has torch")
options = parser.parse_args()
CLI = options.build / "app/normscope-cli"
NETS = options.nets.split(",")


def output_of(command, **more):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **more).stdout


def last_json(command):
    return json.loads(output_of(command).splitlines()[-1])


def ours(net, *more, batch=64, threads=1):
    return last_json([CLI, "bench", "--net", net, "--batch", batch, "--threads", threads, "--seconds", options.seconds, "--json",
                      *more])


def peer(net, layout, *more, batch=64, threads=1):
    return last_json([options.python, HERE / "torch_peer.py", "train", "--net", net, "--batch", batch, "--threads", threads,
                      "--layout", layout, "--seconds", options.seconds, *more])


def spread(values, digits=2):
    ordered = sorted(values)
    return f"{statistics.median(ordered):.{digits}f} [{ordered[0]:.{digits}f}…{ordered[-1]:.{digits}f}]"


def rounds(measure):
    return [measure() for _ in range(options.rounds)]


def faster_layout(rows):
    """0 or 1: which of the first two columns is larger by its median."""
    return max((0, 1), key=lambda column: statistics.median(row[column] for row in rows))


def table(*heads):
    print("\n| " + " | ".join(str(head) for head in heads) + " |\n|" + "---|" * len(heads), flush=True)


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def machine():
    cpu = next(line for line in open("/proc/cpuinfo") if line.startswith("model name")).split(":")[1].strip()
    print(f"\n{os.cpu_count()} cores of {cpu}, Linux {platform.release()}, {output_of(['g++', '--version']).splitlines()[0]}, "
          f"instruction set {ours('simple28')['isa']}, {time.strftime('%Y-%m-%d')}.")


def limits():
    print("\n" + output_of([options.build / "bench/machine_limits"]))


def ratio():
    table("network", "threads", "batch", "NormScope img/s", "PyTorch img/s", "layout", "ratio")
    for threads, batch in ((1, 64), (2, 64), (2, 16)):
        for net in NETS:
            rows = rounds(lambda: [peer(net, layout, batch=batch, threads=threads)["img_s"] for layout in ("nchw", "nhwc")]
                          + [ours(net, batch=batch, threads=threads)["img_s"]])
            best = faster_layout(rows)
            row(net, threads, batch, f"{statistics.median(r[2] for r in rows):.0f}",
                f"{statistics.median(r[best] for r in rows):.0f}", ("nchw", "nhwc")[best], spread(r[2] / r[best] for r in rows))


def share():
    table("network", "with BN ms", "without ms", "BN's share", "PyTorch's share")
    for net in NETS:
        rows = rounds(lambda: [peer(net, layout, *more)["step_ms"] for more in ([], ["--no-bn"]) for layout in ("nchw", "nhwc")]
                      + [ours(net)["step_ms"], ours(net, "--no-bn")["step_ms"]])
        best = min((0, 1), key=lambda column: statistics.median(r[column] for r in rows))
        row(net, f"{statistics.median(r[4] for r in rows):.2f}", f"{statistics.median(r[5] for r in rows):.2f}",
            spread((100 * (1 - r[5] / r[4]) for r in rows), 1) + " %",
            spread((100 * (1 - r[best + 2] / r[best]) for r in rows), 1) + " %")


def norm():
    def of_ours():
        found = json.loads(output_of([options.build / "bench/kernels_bench", "--benchmark_format=json",
                                      f"--benchmark_filter={ours('simple28')['isa']}/norm"]))
        return {tuple(b["name"].split("norm+relu ")[1].split("/")): b["real_time"] for b in found["benchmarks"]}

    def of_torch():
        times = {}
        for line in output_of([options.python, HERE / "torch_peer.py", "norm"]).splitlines():
            found = json.loads(line)
            for way in ("forward", "backward"):
                key = (found["shape"], way)
                times[key] = min(times.get(key, 1e9), found[way + "_ms"])
        return times

    pairs = rounds(lambda: (of_torch(), of_ours()))
    table("shape", "pass", "NormScope ms", "ATen ms (faster layout)", "ratio", "GB/s at least moved")
    for key in pairs[0][0]:
        values = [int(n) for n in key[0].strip("()").split(",")]
        tensor = 4 * values[0] * values[1] * values[2] * values[3]
        own = statistics.median(pair[1][key] for pair in pairs)
        passes = 3 if key[1] == "forward" else 5  # tensors read and written: x twice, y; x and dy twice, dx
        row(*key, f"{own:.3f}", f"{statistics.median(pair[0][key] for pair in pairs):.3f}",
            spread(pair[0][key] / pair[1][key] for pair in pairs), f"{passes * tensor / own / 1e6:.0f}")


def isa():
    table("network", "AVX2 img/s", "AVX-512 img/s", "AVX2 / AVX-512", "AVX2 / PyTorch")
    for net in NETS:
        rows = rounds(lambda: [peer(net, layout)["img_s"] for layout in ("nchw", "nhwc")]
                      + [ours(net, "--isa", "AVX2")["img_s"], ours(net)["img_s"]])
        best = faster_layout(rows)
        row(net, *(f"{statistics.median(r[column] for r in rows):.0f}" for column in (2, 3)),
            spread(r[2] / r[3] for r in rows), spread(r[2] / r[best] for r in rows))


def scaling():
    def step(*more, **shape):
        return statistics.median(rounds(lambda: ours(*more, **shape)["step_ms"]))

    batches = (1, 4, 16, 64, 256)
    table("µs an image, by batch", *batches)
    for net in NETS:
        row(net, *(f"{step(net, batch=batch) / batch * 1e3:.0f}" for batch in batches))
    sizes = (16, 32, 64, 128)
    table("ns a pixel, by image size (batch 16)", *sizes)
    for name in ("simple", "vgg", "resnet"):
        row(name, *(f"{step(f'{name}{size}', batch=16) / 16 / size ** 2 * 1e6:.1f}" for size in sizes))
    factors = (0.5, 1, 2, 4)
    table("ms a step, by width (batch 16)", *(f"× {factor}" for factor in factors))
    for net, widths in (("simple32", (16, 32)), ("vgg32", (32, 64)), ("resnet32", (16, 32, 64))):
        row(net, *(f"{step(net, '--widths', ','.join(str(int(w * f)) for w in widths), batch=16):.2f}" for f in factors))
    threads = [n for n in (1, 2, 4, 8) if n <= os.cpu_count()]
    table("ms a step, by threads (batch 64)", *threads)
    for net in NETS:
        row(net, *(f"{step(net, threads=n):.2f}" for n in threads))


GROUPS = [("convolution: products", r"correlate|pack_weights"), ("convolution: weight gradients", r"weight_gradient_|sum_partials"),
          ("Winograd's transforms", r"transform_"), ("batch norm, ReLU, pool, residual sum", r"normaliz|moments|gradient_sums|backward_of"
           r"|pool|add_relu|relu|NormStage|NormChannels|add_pixels"), ("fully connected (Eigen)", r"Eigen|Linear"),
          ("copies into canvases", r"memmove|memcpy|memset|Canvas"), ("optimizer, loss", r"Optimizer|cross_entropy|gradient_norm")]


def profile():
    table("network", *(name for name, _ in GROUPS), "other")
    with tempfile.TemporaryDirectory() as scratch:
        for net in NETS:
            data = f"{scratch}/perf.data"
            output_of(["perf", "record", "-e", "cpu-clock", "-F", "2000", "-o", data, CLI, "bench", "--net", net, "--seconds", 4])
            shares = collections.Counter()
            for line in output_of(["perf", "report", "-i", data, "--no-children", "--stdio", "--sort", "symbol"]).splitlines():
                found = re.match(r"\s*([\d.]+)%\s+\[.\]\s+(.*)", line)
                if found:
                    group = next((name for name, pattern in GROUPS if re.search(pattern, found[2])), "other")
                    shares[group] += float(found[1])
            row(net, *(f"{shares[name]:.0f} %" for name, _ in GROUPS), f"{100 - sum(shares[name] for name, _ in GROUPS):.0f} %")


def peak_mib(command):
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    return os.wait4(process.pid, 0)[2].ru_maxrss / 1024


def memory():
    table("network", "NormScope MiB", "PyTorch MiB (nchw, nhwc)")
    for net in NETS:
        others = [f"{peer(net, layout)['peak_mib']:.0f}" for layout in ("nchw", "nhwc")]
        row(net, f"{peak_mib([CLI, 'bench', '--net', net, '--batch', 64, '--seconds', 1]):.0f}", ", ".join(others))


def resident_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024


def flat():
    table("network", "MiB after 2 s", "largest later", "at the end", "steps")
    for net in NETS:
        process = subprocess.Popen([str(CLI), "bench", "--net", net, "--steps", "10000", "--seconds", "0", "--json"],
                                   stdout=subprocess.PIPE, text=True)
        time.sleep(2)
        sizes = []
        while process.poll() is None:
            try:
                sizes.append(resident_mib(process.pid))
            except (OSError, TypeError):
                break
            time.sleep(0.2)
        steps = json.loads(process.communicate()[0])["steps"]
        row(net, f"{sizes[0]:.1f}", f"{max(sizes):.1f}", f"{sizes[-1]:.1f}", steps)


def fashion_recipe(scratch, name, change):
    recipe = json.loads((ROOT / "resources/recipes/fashion-mnist-full.json").read_text())
    change(recipe)
    path = pathlib.Path(scratch) / f"{name}.json"
    path.write_text(json.dumps(recipe))
    return path


def train(recipe, scratch, *more):
    """Seconds and results of one run."""
    begin = time.perf_counter()
    folder = pathlib.Path(scratch) / "run"
    output_of([CLI, "train", recipe, "--out", folder, "--overwrite", "--threads", 1, *more])
    seconds = time.perf_counter() - begin
    return seconds, json.loads((folder / "summary.json").read_text())


def ms_a_step(recipe, scratch, *more):
    """From the difference of a long and a short run, so that starting does not count."""
    (short, _), (long, _) = (train(recipe, scratch, "--steps", steps, *more) for steps in (50, 850))
    return (long - short) / 800 * 1e3


def recording():
    found = json.loads(output_of([options.build / "bench/recording_bench", "--benchmark_format=json"]))
    cost = {b["name"]: b["real_time"] / 1e3 for b in found["benchmarks"]}
    columns = {b["name"]: b["columns"] for b in found["benchmarks"] if "columns" in b}
    table("network", "columns", "row of numbers µs", "line of history.csv µs", "both, of a step at batch 64")
    for net in NETS:
        both = cost[f"record/{net}"] + cost[f"history/{net}"]
        row(net, f"{columns[f'record/{net}']:.0f}", f"{cost[f'record/{net}']:.2f}", f"{cost[f'history/{net}']:.1f}",
            f"{both / ours(net)['step_ms'] / 10:.2f} %")


def loading():
    augment = {"flip": True, "shift": 2, "crop": 0.8, "brightness": 0.2, "contrast": 0.2}
    with tempfile.TemporaryDirectory() as scratch:
        plain = fashion_recipe(scratch, "plain", lambda r: r.setdefault("record", {}).update(eval_every=0))
        changed = fashion_recipe(scratch, "augmented", lambda r: (r.setdefault("record", {}).update(eval_every=0),
                                                                  r["data"].update(augment=augment)))
        pairs = rounds(lambda: (ms_a_step(plain, scratch), ms_a_step(changed, scratch)))
        table("Fashion-MNIST, batch 64, 1 thread", "ms a step")
        row("as it is", f"{statistics.median(pair[0] for pair in pairs):.3f}")
        row("flip, shift, crop, brightness, contrast", f"{statistics.median(pair[1] for pair in pairs):.3f}")


def winograd():
    table("seed", "winograd: loss, accuracy", "direct: loss, accuracy")
    with tempfile.TemporaryDirectory() as scratch:
        for seed in range(1, 7):
            cells = []
            for kernels in ("winograd", "direct"):
                recipe = fashion_recipe(scratch, kernels, lambda r: r.update(kernels=kernels, seed=seed))
                summary = train(recipe, scratch, "--epochs", 5)[1]
                cells.append(f"{summary['eval_loss']:.4f}, {100 * summary['eval_accuracy']:.2f} %")
            row(seed, *cells)


if __name__ == "__main__":
    for part in options.parts.split(","):
        print(f"\n## {part}", flush=True)
        globals()[part]()
