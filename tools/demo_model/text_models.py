"""The two text encoders, and the labels by which they are taught what a caption says."""

import torch
from torch import nn
from torch.nn import functional as F
from transformers import CLIPTextConfig, CLIPTextModel, T5Config, T5EncoderModel

from draw import COLOURS, LAYOUTS, SHAPES, SIZES

CLIP_WIDTH, T5_WIDTH = 128, 128
T5_LENGTH = 48  # the pads are not masked, so training and use need one length

_PLACES = sorted({centre for centres in LAYOUTS.values() for centre in centres})
# Classes per attribute. The second item's may be absent.
SCENE_CLASSES = (
    len(COLOURS),
    len(SHAPES),
    len(SIZES),
    len(COLOURS) + 1,
    len(SHAPES) + 1,
    len(SIZES) + 1,
    len(COLOURS),
    len(LAYOUTS),
)
ITEM_CLASSES = (len(COLOURS), len(SHAPES), len(SIZES), len(_PLACES))


def item_labels(scene, number):
    item = scene.items[number]
    return [
        list(COLOURS).index(item.colour),
        SHAPES.index(item.shape),
        SIZES.index(item.size),
        _PLACES.index(LAYOUTS[scene.layout][number]),
    ]


def scene_labels(scene):
    second = (
        item_labels(scene, 1)[:3]
        if len(scene.items) == 2
        else [len(COLOURS), len(SHAPES), len(SIZES)]
    )
    return (
        item_labels(scene, 0)[:3]
        + second
        + [list(COLOURS).index(scene.background), list(LAYOUTS).index(scene.layout)]
    )


def build_clip(tokenizer):
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=CLIP_WIDTH,
            intermediate_size=256,
            num_hidden_layers=3,
            num_attention_heads=4,
            max_position_embeddings=77,
            hidden_act="quick_gelu",
            projection_dim=CLIP_WIDTH,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def build_t5(tokenizer):
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=T5_WIDTH,
        d_kv=32,
        d_ff=256,
        num_layers=3,
        num_heads=4,
        dropout_rate=0.0,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
        pad_token_id=0,
        eos_token_id=1,
    )
    model = T5EncoderModel(config)
    start_with_directions(position_bias(model))
    return model


def position_bias(t5):
    return t5.encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight


@torch.no_grad()
def start_with_directions(bias):
    """Heads that look to the left, to the right, around, and everywhere.

    Which of two items stands left depends on the order of words. From T5's own start, near zero,
    these biases take thousands of steps to grow, and until then the encoder is a bag of words.
    """
    left, right = torch.arange(16.0), torch.arange(16.0)  # buckets: nearer ones have lower numbers
    away = torch.full((16,), -8.0)
    bias[:, 0] = torch.cat([-0.25 * left, away])
    bias[:, 1] = torch.cat([away, -0.25 * right])
    bias[:, 2] = torch.cat([-1.0 * left, -1.0 * right])
    bias[:, 3] = 0


class TextTower(nn.Module):
    """Both encoders with the linear readers that only training needs."""

    def __init__(self, clip_tokenizer, t5_tokenizer):
        super().__init__()
        self.clip, self.t5 = build_clip(clip_tokenizer), build_t5(t5_tokenizer)
        self.read_pooled = nn.Linear(CLIP_WIDTH, sum(SCENE_CLASSES))
        self.read_tokens = nn.Linear(T5_WIDTH, sum(SCENE_CLASSES))
        self.read_items = nn.Linear(T5_WIDTH, sum(ITEM_CLASSES))

    def forward(self, clip_ids, t5_ids):
        return self.clip(clip_ids).pooler_output, self.t5(t5_ids).last_hidden_state


def reading_loss(logits, labels, classes):
    """Cross entropy, summed over the attributes.

    logits [..., sum(classes)], labels [..., attributes].
    """
    parts = logits.float().split(classes, -1)
    return sum(
        F.cross_entropy(part.flatten(0, -2), labels[..., k].flatten())
        for k, part in enumerate(parts)
    )


def reading_right(logits, labels, classes):
    """Share of the rows in which every attribute is read right."""
    parts = logits.split(classes, -1)
    hits = torch.stack([part.argmax(-1) == labels[..., k] for k, part in enumerate(parts)], -1)
    return hits.all(-1).float().mean().item()
