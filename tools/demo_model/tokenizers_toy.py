"""Makes the two tokenizers of the demo model: CLIP's byte-level BPE and T5's unigram.

Both have the structure of the full-size ones (normaliser, splitting, special tokens); only the
vocabularies are small, and made from captions.
"""

import io
import json
import random

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer, T5Tokenizer

from captions import ADJECTIVES, PREFIXES, SUFFIXES, caption, unknown_word
from draw import COLOURS, SHAPES
from scenes import random_scene

CLIP_VOCABULARY, T5_VOCABULARY = 720, 800
KEY_WORDS = (
    *COLOURS,
    *SHAPES,
    "small",
    "large",
    "big",
    "left",
    "right",
    "above",
    "below",
    "under",
    "over",
    "top",
    "bottom",
    "background",
    "grey",
)
KEY_WORD_SCORE = -5.0  # about the logarithm of their frequency; any split of them scores less
CLIP_PATTERN = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'\"()-_/&#*+"


def corpus(count=20000):
    rng = random.Random(11)
    lines = [caption(random_scene(rng), rng) for _ in range(count)]
    lines += [text for text in (*PREFIXES, *SUFFIXES, *ADJECTIVES) for _ in range(40)]
    lines += [f"{unknown_word(rng)} {unknown_word(rng)}" for _ in range(2000)]
    return lines + [" ".join(LETTERS)] * 40


def make_clip_tokenizer(folder):
    raw = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    raw.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    raw.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(CLIP_PATTERN), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    raw.decoder = decoders.ByteLevel()
    raw.train_from_iterator(
        corpus(),
        trainers.BpeTrainer(
            vocab_size=CLIP_VOCABULARY,
            end_of_word_suffix="</w>",
            show_progress=False,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        ),
    )
    raw.model.save(str(folder))
    merges = [
        tuple(line.split(" "))
        for line in (folder / "merges.txt").read_text("utf-8").splitlines()[1:]
    ]
    vocabulary = clip_vocabulary(merges)
    CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77).save_pretrained(folder)
    write_clip_files(folder, vocabulary, merges)


def clip_vocabulary(merges):
    """In the order of the full-size one: bytes, bytes that end a word, merges, the two marks."""
    symbols = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = (
        symbols + [symbol + "</w>" for symbol in symbols] + [left + right for left, right in merges]
    )
    tokens = list(dict.fromkeys(tokens)) + ["<|startoftext|>", "<|endoftext|>"]
    return {token: number for number, token in enumerate(tokens)}


def write_clip_files(folder, vocabulary, merges):
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), "utf-8")
    lines = ["#version: 0.2"] + [f"{left} {right}" for left, right in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
    marks = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
    }
    (folder / "special_tokens_map.json").write_text(json.dumps(marks, indent=2) + "\n", "utf-8")


def make_t5_tokenizer(folder, max_length):
    memory = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus()),
        model_writer=memory,
        model_type="unigram",
        vocab_size=T5_VOCABULARY,
        normalization_rule_name="nmt_nfkc",
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        pad_piece="<pad>",
        eos_piece="</s>",
        unk_piece="<unk>",
        required_chars=LETTERS,
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
    )
    proto = sentencepiece_model_pb2.ModelProto.FromString(memory.getvalue())
    pieces = [(piece.piece, piece.score) for piece in proto.pieces]
    known = {piece for piece, _ in pieces}
    wanted = [f"▁{form}" for word in KEY_WORDS for form in (word, word.capitalize())]
    pieces += [(piece, KEY_WORD_SCORE) for piece in wanted if piece not in known]
    pieces += [(f"<extra_id_{k}>", 0.0) for k in range(99, -1, -1)]
    tokenizer = T5Tokenizer(
        vocab=pieces,
        _spm_precompiled_charsmap=proto.normalizer_spec.precompiled_charsmap,
        model_max_length=max_length,
    )
    tokenizer.save_pretrained(folder)


def make_tokenizers(work, max_length):
    for name in ("tokenizer", "tokenizer_2"):
        (work / name).mkdir(parents=True, exist_ok=True)
    make_clip_tokenizer(work / "tokenizer")
    make_t5_tokenizer(work / "tokenizer_2", max_length)
