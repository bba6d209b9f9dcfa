"""Writes safetensors files whose tensors can be used in place: aligned to 64 bytes."""

import json

import torch

ALIGNMENT = 64
_NAMES = {torch.float32: "F32", torch.bfloat16: "BF16", torch.float16: "F16", torch.int64: "I64"}


def _aligned_first(tensors):
    """Tensors whose size is a multiple of the alignment, large to small, then the others.

    The format allows no gaps between tensors, so one odd size would shift all that follow.
    """

    def order(name):
        size = tensors[name].numel() * tensors[name].element_size()
        return size % ALIGNMENT != 0, -size, name

    return sorted(tensors, key=order)


def save_aligned(tensors, path):
    header, offset, parts = {"__metadata__": {"format": "pt"}}, 0, []
    for name in _aligned_first(tensors):
        tensor = tensors[name].detach().contiguous()
        data = (
            tensor.view(torch.uint8).numpy().tobytes()
            if tensor.ndim
            else tensor[None].view(torch.uint8).numpy().tobytes()
        )
        header[name] = {
            "dtype": _NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        offset += len(data)
        parts.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.writelines(parts)
