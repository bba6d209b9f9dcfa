"""diffusers' ways to draw with less memory than a model has, as one line of JSON: python -m tools.bench.gpu.diffusers_run

Pictures of FEW and of MANY steps after one that warms up; what a step takes is the difference.
"""

import argparse
import json
import time


def place(pipeline, way, torch):
    gpu, cpu = torch.device("cuda:0"), torch.device("cpu")
    if way == "resident":
        pipeline.to(gpu)
    elif way == "sequential":
        pipeline.enable_sequential_cpu_offload()
    else:
        # Blocks, or single layers, on a stream of their own. T5's blocks are not found where they are: it goes by layers.
        by_layers = {"offload_type": "leaf_level"}
        by_blocks = {"offload_type": "block_level", "num_blocks_per_group": 1}
        from diffusers.hooks import apply_group_offloading

        of_transformer = by_blocks if way == "group_block" else by_layers
        for part, how in ((pipeline.transformer, of_transformer), (pipeline.text_encoder_2, by_layers)):
            apply_group_offloading(part, onload_device=gpu, offload_device=cpu, use_stream=True, record_stream=True, **how)
        pipeline.text_encoder.to(gpu)
        pipeline.vae.to(gpu)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--way", choices=("resident", "group_block", "group_leaf", "sequential"), required=True)
    parser.add_argument("--side", type=int, default=1024)
    parser.add_argument("--few", type=int, default=2)
    parser.add_argument("--many", type=int, default=4)
    options = parser.parse_args()
    import torch
    from diffusers import FluxPipeline

    pipeline = FluxPipeline.from_pretrained(options.model, torch_dtype=torch.bfloat16)
    place(pipeline, options.way, torch)
    pipeline.set_progress_bar_config(disable=True)

    def seconds(steps):
        torch.cuda.synchronize()
        start = time.perf_counter()
        pipeline("a red circle", width=options.side, height=options.side, num_inference_steps=steps, guidance_scale=3.5,
                 generator=torch.Generator("cpu").manual_seed(1), max_sequence_length=512, output_type="np")
        torch.cuda.synchronize()
        return time.perf_counter() - start

    seconds(1)
    few, many = seconds(options.few), seconds(options.many)
    print(json.dumps({"step": (many - few) / (options.many - options.few), "picture": many,
                      "reserved": torch.cuda.max_memory_reserved()}))


if __name__ == "__main__":
    main()
