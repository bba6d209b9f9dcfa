"""Trains the toy tokenizers of the tests: a CLIP byte-level BPE and a T5 Unigram.

Both have the structure of the published ones, in a few hundred tokens. No randomness.
"""

from collections import Counter
from io import BytesIO
from pathlib import Path

import sentencepiece
from transformers import CLIPTokenizer

CORPUS = Path(__file__).with_name("corpus.txt")
CLIP_SPECIALS = ["<|startoftext|>", "<|endoftext|>"]


def byte_characters():
    """The 256 characters that stand for bytes in a byte-level BPE, in CLIP's vocabulary order."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(hidden))]


def clip_words(text):
    """Word counts of `text` as CLIP normalises and splits it; keys are symbol tuples."""
    backend = CLIPTokenizer().backend_tokenizer
    normalised = backend.normalizer.normalize_str(text)
    words = Counter(word for word, _ in backend.pre_tokenizer.pre_tokenize_str(normalised))
    return {(*word[:-1], word[-1] + "</w>"): count for word, count in sorted(words.items())}


def merge_pair(symbols, pair):
    merged, i = [], 0
    while i < len(symbols):
        if tuple(symbols[i : i + 2]) == pair:
            merged.append(pair[0] + pair[1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return tuple(merged)


def train_clip(num_merges, dropped_bytes=""):
    """Vocabulary (token -> id) and merges, numbered as in CLIP: bytes, bytes</w>, merges, specials.

    `dropped_bytes` leaves byte characters out, so that some text maps to the unknown token.
    """
    words = {
        symbols: count
        for symbols, count in clip_words(CORPUS.read_text(encoding="utf-8")).items()
        if not set("".join(symbols)) & (set(dropped_bytes) - set("</w>"))
    }
    merges = []
    while len(merges) < num_merges:
        pairs = Counter()
        for symbols, count in words.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += count
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = {merge_pair(symbols, best): count for symbols, count in words.items()}
    alphabet = [character for character in byte_characters() if character not in dropped_bytes]
    tokens = alphabet + [c + "</w>" for c in alphabet] + ["".join(m) for m in merges]
    vocabulary = {token: i for i, token in enumerate([*tokens, *CLIP_SPECIALS])}
    return vocabulary, merges


def train_t5(vocab_size, **normalisation):
    """A spiece.model as bytes. `normalisation` is sentencepiece's: a name, or a table of rules
    (normalization_rule_tsv), whose charsmap is far smaller than the 240 KB of nmt_nfkc."""
    model = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS.read_text(encoding="utf-8").splitlines()),
        model_writer=model,
        model_type="unigram",
        vocab_size=vocab_size,
        character_coverage=0.995,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        num_threads=1,
        hard_vocab_limit=False,
        minloglevel=2,
        **normalisation,
    )
    return model.getvalue()
