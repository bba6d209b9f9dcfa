"""Puts the trained parts together as a diffusers FluxPipeline folder in bf16."""

import json
import pathlib
import shutil

import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, FluxPipeline
from safetensors.torch import load_file
from transformers import CLIPTextModel, T5EncoderModel

from aligned_safetensors import save_aligned
from denoiser_stage import build_transformer
from text_models import T5_LENGTH
from text_stage import load_tokenizers

SCHEDULER = dict(
    num_train_timesteps=1000,
    shift=3.0,
    use_dynamic_shifting=True,
    base_shift=0.5,
    max_shift=1.15,
    base_image_seq_len=256,
    max_image_seq_len=4096,
)
RECOMMENDED = {
    "recommended": {
        "width": 128,
        "height": 128,
        "steps": 20,
        "guidance": 3.5,
        "max_sequence_length": T5_LENGTH,
    }
}


def finished_vae(work):
    vae = AutoencoderKL.from_pretrained(work / "vae")
    if (work / "decoder_average.pt").exists():
        vae.decoder.load_state_dict(torch.load(work / "decoder_average.pt", map_location="cpu"))
    return vae


def assemble(work, transformer):
    """The pipeline with the given transformer, everything in float32."""
    clip_tokenizer, t5_tokenizer = load_tokenizers(work)
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(**SCHEDULER),
        vae=finished_vae(work),
        text_encoder=CLIPTextModel.from_pretrained(work / "text_encoder"),
        tokenizer=clip_tokenizer,
        text_encoder_2=T5EncoderModel.from_pretrained(work / "text_encoder_2"),
        tokenizer_2=t5_tokenizer,
        transformer=transformer,
    )


def averaged_transformer(work):
    model = build_transformer()
    model.load_state_dict(torch.load(work / "denoiser.pt", map_location="cpu")["average"])
    return model.eval()


def _tidy(folder):
    """Aligned weights, and JSON without traces of where the parts came from."""
    for path in folder.rglob("*.safetensors"):
        # The published CLIP checkpoints have this prefix, which newer versions no longer write.
        prefix = "text_model." if path.parent.name == "text_encoder" else ""
        save_aligned({prefix + key: tensor for key, tensor in load_file(path).items()}, path)
    for path in folder.rglob("*.json"):
        data = json.loads(path.read_text("utf-8"))
        for trace in ("_name_or_path", "is_local", "local_files_only"):
            data.pop(trace, None)
        compact = path.name in ("tokenizer.json", "vocab.json")
        layout = {"separators": (",", ":")} if compact else {"indent": 2}
        path.write_text(json.dumps(data, ensure_ascii=False, **layout) + "\n", "utf-8")


def export(work, folder):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    pipeline = assemble(work, averaged_transformer(work)).to(torch.bfloat16)
    pipeline.save_pretrained(folder, safe_serialization=True)
    for name in ("vocab.json", "merges.txt", "special_tokens_map.json"):
        shutil.copy(work / "tokenizer" / name, folder / "tokenizer" / name)
    marks = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    (folder / "tokenizer_2" / "special_tokens_map.json").write_text(json.dumps(marks))
    (folder / "easel.json").write_text(json.dumps(RECOMMENDED, indent=2) + "\n")
    _tidy(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e6:.2f} MB", flush=True)
