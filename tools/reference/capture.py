"""Runs one case through diffusers and keeps what our engine has to reproduce.

Tensor names are those of `easel generate --save-tensors`; the rest is named in README.md.
"""

from contextlib import ExitStack, contextmanager

import torch
from diffusers import FluxImg2ImgPipeline, FluxInpaintPipeline, FluxPipeline
from PIL import Image


EMBED_ROWS = 64  # of prompt_embeds; longer ones are cut to save space


def pipeline_for(case):
    if "mask" in case:
        return FluxInpaintPipeline
    return FluxImg2ImgPipeline if "image" in case else FluxPipeline


@contextmanager
def wrapped(owner, name, observe):
    """Calls `observe(arguments, result)` after each call of a method."""
    original = getattr(owner, name)

    def call(*args, **kwargs):
        result = original(*args, **kwargs)
        observe({**dict(enumerate(args)), **kwargs}, result)
        return result

    setattr(owner, name, call)
    try:
        yield
    finally:
        setattr(owner, name, original)


class Recorder:
    """Collects tensors from the places where a FLUX pipeline hands them on."""

    def __init__(self, pipeline, case):
        self.pipeline = pipeline
        self.case = case
        self.tensors = {}
        self.encodings = 0
        self.predictions = 0

    def on_clip(self, arguments, output):
        self.tensors[self.prefix() + "token_ids.clip"] = arguments[0].clone()

    def on_t5(self, arguments, output):
        self.tensors[self.prefix() + "token_ids.t5"] = arguments[0].clone()

    def prefix(self):
        return "negative." if self.encodings else ""

    def on_encode_prompt(self, arguments, result):
        embeds, pooled, _ = result
        self.tensors[self.prefix() + "prompt_embeds"] = embeds[:1, :EMBED_ROWS]
        self.tensors[self.prefix() + "pooled_prompt_embeds"] = pooled[:1]
        self.encodings += 1

    def on_prepare_latents(self, arguments, result):
        self.tensors["latents.0"] = result[0]
        if len(result) == 4:  # inpainting
            self.tensors["noise"] = result[1]

    def on_encode_vae_image(self, arguments, result):
        _, channels, height, width = result.shape
        packed = self.pipeline._pack_latents(result, 1, channels, height, width)
        self.tensors.setdefault("image_latents", packed)

    def on_prepare_mask_latents(self, arguments, result):
        self.tensors["mask"] = result[0][:1]

    def on_transformer(self, arguments, result):
        names = {0: "step0.prediction", 1: "step0.negative_prediction"}
        calls_a_step = self.encodings
        if self.predictions < calls_a_step:
            self.tensors[names[self.predictions]] = result[0]
            self.tensors["step0.timestep"] = arguments["timestep"]
        self.predictions += 1

    def on_step_end(self, pipeline, index, timestep, values):
        self.tensors[f"latents.{index + 1}"] = values["latents"]
        if index == 0:
            scheduler = pipeline.scheduler
            self.tensors["timesteps"] = scheduler.timesteps[scheduler.begin_index :]
            self.tensors["sigmas"] = scheduler.sigmas[scheduler.begin_index :]
        return {}

    @contextmanager
    def attached(self):
        pipeline = self.pipeline
        places = [
            (pipeline.text_encoder, "forward", self.on_clip),
            (pipeline.text_encoder_2, "forward", self.on_t5),
            (pipeline, "encode_prompt", self.on_encode_prompt),
            (pipeline, "prepare_latents", self.on_prepare_latents),
            (pipeline.transformer, "forward", self.on_transformer),
        ]
        if "image" in self.case:
            places.append((pipeline, "_encode_vae_image", self.on_encode_vae_image))
        if "mask" in self.case:
            places.append((pipeline, "prepare_mask_latents", self.on_prepare_mask_latents))
        with ExitStack() as stack:
            for place in places:
                stack.enter_context(wrapped(*place))
            yield


def call_arguments(case, inputs):
    arguments = dict(
        prompt=case["prompt"],
        negative_prompt=case.get("negative_prompt"),
        true_cfg_scale=case["true_cfg"],
        width=case["width"],
        height=case["height"],
        num_inference_steps=case["steps"],
        guidance_scale=case["guidance"],
        num_images_per_prompt=case["num_images"],
        max_sequence_length=case["max_sequence_length"],
        generator=torch.Generator("cpu").manual_seed(case["seed"]),
        output_type="pt",
    )
    if "image" in case:
        arguments.update(image=Image.open(inputs / case["image"]), strength=case["strength"])
    if "mask" in case:
        arguments.update(mask_image=Image.open(inputs / case["mask"]))
    return arguments


def load(case, models, dtype=torch.float32):
    pipeline = pipeline_for(case).from_pretrained(models / case["model"], dtype=dtype)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def run(case, models, inputs):
    """All recorded tensors of a case, fp32."""
    pipeline = load(case, models)
    recorder = Recorder(pipeline, case)
    with recorder.attached():
        result = pipeline(**call_arguments(case, inputs), callback_on_step_end=recorder.on_step_end)
    tensors = {**recorder.tensors, "image": result.images}
    return {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}


def run_from_latents(case, models, inputs, latents, dtype):
    """The picture that diffusers draws in `dtype` from the fp32 start latents cast to it."""
    pipeline = load(case, models, dtype)
    arguments = call_arguments(case, inputs)
    return pipeline(**arguments, latents=latents.to(dtype)).images.float()
