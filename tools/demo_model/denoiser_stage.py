"""Trains the FLUX transformer by flow matching on the pool, with the text encoders frozen."""

import random
import time

import torch
from diffusers import FluxTransformer2DModel
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import CLIPTextModel, T5EncoderModel

from captions import caption
from image_readers import SIDE_TOKENS, ImageReaders, token_labels
from optimizers import Optimizers, without
from pool_stage import load_pool
from team import Team, run_team
from text_models import CLIP_WIDTH, T5_LENGTH, T5_WIDTH
from text_stage import load_tokenizers, tokenize
from training import Average, learning_rate, load_checkpoint, save_checkpoint

BATCH, GUIDANCE = 48, 3.5
TIME_SHIFT = 0.4
READING_WEIGHT = 0.1  # of the readers' loss beside the flow loss
SHORT_LENGTH = 24  # most captions end before; the tokens cut off are pads, which are all alike
LONG_EVERY = (
    40  # every so many steps a small batch at the 512 tokens that diffusers takes by default
)
RATE = 1e-3


def build_transformer():
    model = FluxTransformer2DModel(
        patch_size=1,
        in_channels=32,
        num_layers=2,
        num_single_layers=4,
        attention_head_dim=48,
        num_attention_heads=4,
        joint_attention_dim=T5_WIDTH,
        pooled_projection_dim=CLIP_WIDTH,
        guidance_embeds=True,
        axes_dims_rope=(8, 20, 20),
    )
    # Every block starts as the identity, and the output as zero.
    for name, parameter in model.named_parameters():
        if (
            ".norm1.linear" in name
            or ".norm1_context.linear" in name
            or ".norm.linear" in name
            or name.startswith(("norm_out.linear", "proj_out"))
        ):
            torch.nn.init.zeros_(parameter)
    return model


def build_optimizer(model, readers, team):
    matrices = [
        parameter
        for name, parameter in model.named_parameters()
        if "transformer_blocks" in name and parameter.ndim == 2 and "norm" not in name
    ]
    rest = without(model.parameters(), matrices) + list(readers.parameters())
    return Optimizers(matrices, [{"params": rest}], RATE, team)


def image_ids():
    ids = torch.zeros(SIDE_TOKENS, SIDE_TOKENS, 3)
    ids[..., 1] = torch.arange(SIDE_TOKENS)[:, None]
    ids[..., 2] = torch.arange(SIDE_TOKENS)[None, :]
    return ids.reshape(-1, 3)


class Texts:
    """Fresh captions at every step, through the frozen encoders."""

    def __init__(self, work):
        self.tokenizers = load_tokenizers(work)
        self.clip = CLIPTextModel.from_pretrained(work / "text_encoder").eval()
        self.t5 = T5EncoderModel.from_pretrained(work / "text_encoder_2").eval()

    @torch.no_grad()
    def encode(self, texts, length, cut):
        clip_ids, t5_ids, _ = tokenize(self.tokenizers, texts, length)
        return self.clip(clip_ids).pooler_output, self.t5(t5_ids).last_hidden_state[:, :cut]


def noise_levels(count, generator):
    """Half of them from the top fifth, t = 1 among them: there only the text tells what to draw.

    Flat pictures are easily seen through noise, so that below that hardly anything is learned from
    the text.
    """
    usual = torch.sigmoid(torch.randn(count, generator=generator) + TIME_SHIFT)
    top = 1 - 0.2 * torch.rand(count, generator=generator) ** 1.5
    return torch.where(torch.rand(count, generator=generator) < 0.5, top, usual)


def flow_loss(model, clean, texts, t, generator, weights):
    """The model sees (1 - t) x + t noise and must give noise - x."""
    pooled, tokens = texts
    noise = torch.randn(clean.shape, generator=generator)
    mixed = clean + t[:, None, None] * (noise - clean)
    with torch.autocast("cpu", torch.bfloat16):
        velocity = model(
            hidden_states=mixed,
            timestep=t,
            guidance=torch.full_like(t, GUIDANCE),
            pooled_projections=pooled,
            encoder_hidden_states=tokens,
            txt_ids=torch.zeros(tokens.shape[1], 3),
            img_ids=image_ids(),
            return_dict=False,
        )[0]
    error = (velocity.float() - (noise - clean)).square().mean(-1)
    return (error * weights).sum() / weights.sum()


class Trainer:
    """One member of the team; the first one also keeps the averaged weights and the log."""

    def __init__(self, team, work):
        self.team, self.path = team, work / f"denoiser{team.rank or ''}.pt"
        torch.manual_seed(1)
        self.model, self.texts, self.work = build_transformer().train(), Texts(work), work
        self.readers = ImageReaders(self.model)
        self.optimizer = build_optimizer(self.model, self.readers, team)
        self.average = Average(self.model, 0.999)
        self.step = load_checkpoint(self.path, self.model, self.optimizer)
        seconds = 0
        if self.step:
            saved = torch.load(self.path)
            seconds = saved["seconds"]
            self.readers.load_state_dict(saved["readers"])
            self.average.model.load_state_dict(saved["average"])
        self.began, self.recent, self.bound = time.time() - seconds, [], []
        seed = 1000 * self.step + team.rank
        self.rng, self.generator = random.Random(seed), torch.Generator().manual_seed(seed)
        self.scenes, self.pool = load_pool(work)

    def save(self):
        save_checkpoint(
            self.path,
            self.model,
            self.optimizer,
            self.step,
            average=self.average.model.state_dict(),
            readers=self.readers.state_dict(),
            seconds=time.time() - self.began,
        )

    def pick(self):
        """A row of the pool; two items, the harder case, in three of four."""
        row = self.rng.randrange(len(self.scenes))
        if len(self.scenes[row].items) == 1 and self.rng.random() < 0.5:
            row = self.rng.randrange(len(self.scenes))
        return row

    def loss(self, long):
        count = (8 if long else BATCH) // self.team.size
        rows = [self.pick() for _ in range(count)]
        length = 512 if long else T5_LENGTH
        cut = SHORT_LENGTH if not long and self.rng.random() < 0.75 else length
        scenes = [self.scenes[row] for row in rows]
        texts = self.texts.encode([caption(scene, self.rng) for scene in scenes], length, cut)
        t = noise_levels(count, self.generator)
        weights, labels = token_labels(scenes)
        flow = flow_loss(self.model, self.pool[rows].float(), texts, t, self.generator, weights)
        reading, right = self.readers.loss(weights, labels)
        if not long:
            self.recent.append((flow.item(), reading.item()))
            self.note_bound(scenes, t, right & (weights > 1), weights > 1)
        return flow + READING_WEIGHT * reading

    def note_bound(self, scenes, t, right, shown):
        """How much of two items is placed right where nearly only the text can tell."""
        for row, scene in enumerate(scenes):
            if len(scene.items) == 2 and t[row] > 0.95:
                self.bound.append((right[row].sum() / shown[row].sum()).item())

    def advance(self, steps, minutes):
        """One step; says whether there is time for another."""
        long = self.step % LONG_EVERY == LONG_EVERY - 1
        for parameter in self.parameters():
            parameter.grad = None
        loss = self.loss(long)
        (loss * ((0.125 if long else 1) / self.team.size)).backward()
        done = (
            max(self.step / steps, (time.time() - self.began) / 60 / minutes)
            if self.team.rank == 0
            else 0
        )
        done = self.team.sum([p.grad for p in self.parameters()], done)
        learning_rate(self.optimizer, RATE, done, warm=self.step / 100)
        torch.nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.model, self.step)
        self.step += 1
        return done < 1

    def parameters(self):
        return [*self.model.parameters(), *self.readers.parameters()]

    def log(self):
        flow, reading = torch.tensor(self.recent).mean(0).tolist()
        bound = sum(self.bound) / max(1, len(self.bound))
        print(
            f"denoiser step {self.step} loss {flow:.4f} reading {reading:.3f} bound {bound:.3f} "
            f"{time.time() - self.began:.0f} s, {len(self.scenes)} pictures",
            flush=True,
        )
        self.recent.clear()
        self.bound.clear()


def _member(rank, size, work, steps, minutes):
    torch.set_num_threads(1)
    trainer = Trainer(Team(rank, size, work), work)
    with sdpa_kernel(SDPBackend.MATH):  # on a CPU, at this size, faster than the fused one
        while trainer.advance(steps, minutes):
            if trainer.step % 50 == 0 and rank == 0:
                trainer.log()
            if trainer.step % 200 == 0:
                trainer.save()
                trainer.scenes, trainer.pool = load_pool(work)  # it may have grown
    trainer.save()


def train_denoiser(work, steps, minutes, size):
    run_team(_member, size, work, steps, minutes)
