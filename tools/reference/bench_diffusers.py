"""What diffusers takes for one picture, as one line of JSON: the rival of `easel bench`.

    python bench_diffusers.py --model DIR [--prompt T --width N --height N --steps N --dtype D ...]
    python bench_diffusers.py --real-width [--double 1 --single 2] ...   (makes that model first)

Start one process a measurement: seconds_to_png counts from the start of this process, Python's
start and all imports included.
"""

import os
import time


def seconds_since_process_start():
    """From the kernel's record of this process, so that the interpreter's own start counts."""
    fields = open("/proc/self/stat").read().rpartition(")")[2].split()
    started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started


def peak_resident_bytes():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def parse_arguments():
    import argparse

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a checkpoint in diffusers' layout")
    parser.add_argument("--prompt", default="a red circle on a white background")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--height", type=int, default=128)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--guidance", type=float, default=3.5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max-sequence-length", type=int, default=512)
    parser.add_argument("--dtype", choices=("fp32", "bf16", "fp16"), default="fp32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=0, help="0: torch's own choice")
    parser.add_argument("--output", default="", help="the PNG; default: a temporary file")
    parser.add_argument("--real-width", action="store_true")
    parser.add_argument("--double", type=int, default=1)
    parser.add_argument("--single", type=int, default=2)
    return parser.parse_args()


def measure(options, output):
    import torch
    from diffusers import FluxPipeline

    if options.threads:
        torch.set_num_threads(options.threads)
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[options.dtype]
    pipeline = FluxPipeline.from_pretrained(options.model, dtype=dtype).to(options.device)
    pipeline.set_progress_bar_config(disable=True)
    ends = []

    def on_step_end(pipeline, index, timestep, values):
        if options.device.startswith("cuda"):
            torch.cuda.synchronize()
        ends.append(time.perf_counter())
        return {}

    image = pipeline(
        prompt=options.prompt,
        width=options.width,
        height=options.height,
        num_inference_steps=options.steps,
        guidance_scale=options.guidance,
        max_sequence_length=options.max_sequence_length,
        generator=torch.Generator("cpu").manual_seed(options.seed),
        callback_on_step_end=on_step_end,
    ).images[0]
    image.save(output)
    return ends, torch.get_num_threads()


def report(options, output):
    import json
    import statistics

    ends, threads = measure(options, output)
    seconds_to_png = seconds_since_process_start()
    steps = [after - before for before, after in zip(ends, ends[1:])]
    print(json.dumps({
        "engine": "diffusers",
        "model": options.model,
        "dtype": options.dtype,
        "device": options.device,
        "threads": threads,
        "width": options.width,
        "height": options.height,
        "steps": options.steps,
        "seconds_to_png": round(seconds_to_png, 4),
        "seconds_per_step": round(statistics.median(steps), 5) if steps else None,
        "peak_resident_bytes": peak_resident_bytes(),
    }))


def run_real_width(options):
    """Makes the model in one process and measures it in another; then removes it."""
    import subprocess
    import sys
    import tempfile
    from pathlib import Path

    maker = Path(__file__).with_name("make_real_width.py")
    dtype = "fp32" if options.dtype == "fp32" else "bf16"
    with tempfile.TemporaryDirectory() as folder:
        blocks = ["--double", str(options.double), "--single", str(options.single)]
        subprocess.run(
            [sys.executable, maker, folder, *blocks, "--dtype", dtype],
            check=True, stdout=subprocess.DEVNULL)
        rest = [argument for argument in sys.argv[1:] if argument != "--real-width"]
        return subprocess.run([sys.executable, __file__, *rest, "--model", folder]).returncode


def main():
    options = parse_arguments()
    if options.real_width:
        return run_real_width(options)
    if options.output:
        report(options, options.output)
        return 0
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        report(options, file.name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
