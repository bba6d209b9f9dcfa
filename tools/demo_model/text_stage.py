"""Teaches the text encoders, on captions alone, to hold the whole scene in their outputs.

CLIP's pooled vector must give every attribute to a linear reader; so must each of T5's outputs, and
those at an item's words must also say which item it is. The encoders are frozen afterwards, and the
denoiser has only to learn to draw.
"""

import random
import time

import torch
from torch.nn import functional as F
from transformers import CLIPTokenizer, T5Tokenizer

from captions import caption_with_spans
from optimizers import Optimizers, without
from scenes import random_scene
from text_models import (
    ITEM_CLASSES,
    SCENE_CLASSES,
    T5_LENGTH,
    TextTower,
    item_labels,
    position_bias,
    reading_loss,
    reading_right,
    scene_labels,
)
from tokenizers_toy import make_tokenizers
from training import Average, learning_rate, load_checkpoint, save_checkpoint

RATE = 1e-3
SCENES = 64  # a batch has two captions of each
LONG_EVERY = (
    8  # every so many steps, a small batch at the 512 tokens that diffusers takes by default
)
AGREEMENT_WEIGHT = 1  # two captions of one scene should give one pooled vector


def load_tokenizers(work):
    return CLIPTokenizer.from_pretrained(work / "tokenizer"), T5Tokenizer.from_pretrained(
        work / "tokenizer_2"
    )


def tokenize(tokenizers, texts, length=T5_LENGTH):
    """Ids for both encoders. CLIP is causal, so its pads may stop at the longest caption."""
    clip, t5 = tokenizers
    clip_ids = clip(
        texts, padding="longest", max_length=77, truncation=True, return_tensors="pt"
    ).input_ids
    t5_batch = t5(
        texts,
        padding="max_length",
        max_length=length,
        truncation=True,
        return_tensors="pt",
        return_offsets_mapping=True,
    )
    return clip_ids, t5_batch.input_ids, t5_batch.offset_mapping


def make_batch(rng, tokenizers, scenes, length):
    texts, spans, whole = [], [], []
    for _ in range(scenes):
        scene = random_scene(rng)
        for _ in range(2):
            text, ranges = caption_with_spans(scene, rng)
            texts.append(text)
            spans.append((ranges, [item_labels(scene, k) for k in range(len(scene.items))]))
            whole.append(scene_labels(scene))
    clip_ids, t5_ids, offsets = tokenize(tokenizers, texts, length)
    rows, columns, labels = [], [], []
    for row, (ranges, items) in enumerate(spans):
        for (first, last), item in zip(ranges, items):
            inside = (
                (offsets[row, :, 1] > offsets[row, :, 0])
                & (offsets[row, :, 1] > first)
                & (offsets[row, :, 1] <= last)
            )
            found = inside.nonzero()[:, 0].tolist()
            rows += [row] * len(found)
            columns += found
            labels += [item] * len(found)
    return clip_ids, t5_ids, torch.tensor(whole), (rows, columns, torch.tensor(labels))


def losses(tower, batch):
    clip_ids, t5_ids, whole, (rows, columns, items) = batch
    pooled, tokens = tower(clip_ids, t5_ids)
    here = tokens[rows, columns]
    every = whole[:, None].expand(-1, tokens.shape[1], -1)
    scores = tower.read_pooled(pooled), tower.read_tokens(tokens), tower.read_items(here)
    first, second = pooled[0::2].float(), pooled[1::2].float()
    loss = (
        reading_loss(scores[0], whole, SCENE_CLASSES)
        + reading_loss(scores[1], every, SCENE_CLASSES)
        + 2 * reading_loss(scores[2], items, ITEM_CLASSES)
        + AGREEMENT_WEIGHT * F.mse_loss(first, second)
    )
    right = (
        reading_right(scores[0], whole, SCENE_CLASSES),
        reading_right(scores[1], every, SCENE_CLASSES),
        reading_right(scores[2], items, ITEM_CLASSES),
    )
    return loss, right


@torch.no_grad()
def measure(tower, tokenizers, length=T5_LENGTH, scenes=200, chunk=50):
    rng, total = random.Random(999), torch.zeros(3)
    for _ in range(scenes // chunk):
        total += torch.tensor(losses(tower, make_batch(rng, tokenizers, chunk, length))[1])
    return " ".join(
        f"{name} {value:.3f}"
        for name, value in zip(("pooled", "tokens", "items"), (total / (scenes // chunk)).tolist())
    )


def build_optimizer(tower):
    """The position biases go faster than the rest: they are few and have far to go."""
    matrices = [
        parameter
        for name, parameter in tower.named_parameters()
        if parameter.ndim == 2 and (".layers." in name or ".block." in name) and "bias" not in name
    ]
    bias = position_bias(tower.t5)
    groups = [
        {"params": without(tower.parameters(), [*matrices, bias])},
        {"params": [bias], "factor": 10, "weight_decay": 0},
    ]
    return Optimizers(matrices, groups, RATE)


def train_text(work, steps, minutes):
    if not (work / "tokenizer_2" / "tokenizer.json").exists():
        make_tokenizers(work, T5_LENGTH)
    tokenizers = load_tokenizers(work)
    tower = TextTower(*tokenizers)
    print(
        f"text: clip {sum(p.numel() for p in tower.clip.parameters()) / 1e6:.2f} M, "
        f"t5 {sum(p.numel() for p in tower.t5.parameters()) / 1e6:.2f} M parameters",
        flush=True,
    )
    optimizer = build_optimizer(tower)
    begin = load_checkpoint(work / "text.pt", tower, optimizer)
    average, began, seen = Average(tower, 0.995), time.time(), []
    rng = random.Random(200 + begin)
    for step in range(begin, steps):
        done = max(step / steps, (time.time() - began) / 60 / minutes)
        if done >= 1:
            break
        learning_rate(optimizer, RATE, done, warm=step / 200)
        long = step % LONG_EVERY == LONG_EVERY - 1
        loss, right = losses(
            tower, make_batch(rng, tokenizers, 2 if long else SCENES, 512 if long else T5_LENGTH)
        )
        optimizer.zero_grad()
        (loss * (0.2 if long else 1)).backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
        average.update(tower, step)
        if not long:
            seen.append((loss.item(), *right))
        if (step + 1) % 50 == 0:
            mean = torch.tensor(seen).mean(0).tolist()
            seen.clear()
            print(
                f"text step {step + 1} loss {mean[0]:.3f} pooled {mean[1]:.3f} "
                f"tokens {mean[2]:.3f} items {mean[3]:.3f} {time.time() - began:.0f} s",
                flush=True,
            )
        if (step + 1) % 250 == 0:
            save_checkpoint(work / "text.pt", tower, optimizer, step + 1)
            print("held out:", measure(average.model, tokenizers), flush=True)
    average.model.clip.save_pretrained(work / "text_encoder")
    average.model.t5.save_pretrained(work / "text_encoder_2")
    print(
        "held out:",
        measure(average.model, tokenizers),
        "| at 512:",
        measure(average.model, tokenizers, 512, 40, 10),
        flush=True,
    )
