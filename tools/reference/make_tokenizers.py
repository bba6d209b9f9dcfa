"""Writes the toy tokenizers and the token ids that transformers gives for them.

    python make_tokenizers.py ../../tests/data/tokenizers
"""

import json
import shutil
import sys
from pathlib import Path

from transformers import CLIPTokenizer, T5Tokenizer

import tokenizer_strings
from tokenizer_training import CLIP_SPECIALS, train_clip, train_t5

RULES = Path(__file__).with_name("normalisation_rules.tsv")
PADDED_T5_LENGTHS = (512, 48)
SAME_AS = {"clip_vocab_merges": "clip", "clip_tokenizer_json": "clip", "t5_spiece": "t5"}


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def added_token(content, **flags):
    defaults = dict(lstrip=False, normalized=False, rstrip=False, single_word=False)
    return {"content": content, **defaults, **flags}


def write_vocab_and_merges(folder, vocabulary, merges):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges), ""]
    (folder / "merges.txt").write_text("\n".join(lines), encoding="utf-8")


def write_clip(folder, vocabulary, merges, max_length):
    """As transformers saves it, and with the older files beside it."""
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=max_length)
    tokenizer.save_pretrained(folder)
    write_vocab_and_merges(folder, vocabulary, merges)
    start, end = CLIP_SPECIALS
    names = {"bos_token": start, "eos_token": end, "pad_token": end, "unk_token": end}
    write_json(folder / "special_tokens_map.json", names)


def write_clip_tokenizer_json_only(folder, source):
    """Merges as "a b" strings, as files from before 2024 have them."""
    document = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    document["model"]["merges"] = [" ".join(pair) for pair in document["model"]["merges"]]
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")


def write_clip_hub(folder, vocabulary, merges):
    """As the published repositories have it (saved by transformers 4): no tokenizer.json, and
    special tokens that are matched after normalisation."""
    write_vocab_and_merges(folder, vocabulary, merges)
    start, end = CLIP_SPECIALS
    decoder = {
        str(vocabulary[token]): added_token(token, normalized=True, special=True)
        for token in CLIP_SPECIALS
    }
    write_json(folder / "tokenizer_config.json", {
        "add_prefix_space": False, "added_tokens_decoder": decoder, "bos_token": start,
        "clean_up_tokenization_spaces": True, "do_lower_case": True, "eos_token": end,
        "errors": "replace", "model_max_length": 77, "pad_token": end,
        "tokenizer_class": "CLIPTokenizer", "unk_token": end,
    })
    write_json(folder / "special_tokens_map.json", {
        "bos_token": added_token(start, normalized=True),
        "eos_token": added_token(end, normalized=True),
        "pad_token": end,
        "unk_token": added_token(end, normalized=True),
    })


def write_t5(folder, model, scratch, **options):
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "spiece.model").write_bytes(model)
    T5Tokenizer.from_pretrained(scratch, **options).save_pretrained(folder)
    shutil.rmtree(scratch)
    (folder / "spiece.model").unlink(missing_ok=True)


def write_t5_hub(folder, model, scratch):
    """As the published repositories have it (saved by transformers 4): sentinels that swallow the
    spaces around them, and a spiece.model that tokenizer.json overrules."""
    write_t5(folder, model, scratch, model_max_length=512)
    (folder / "spiece.model").write_bytes(model)
    document = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    for token in document["added_tokens"]:
        token["lstrip"] = token["rstrip"] = token["content"].startswith("<extra_id_")
        token["normalized"] = False
    (folder / "tokenizer.json").write_text(
        json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    decoder = {
        str(token["id"]): {key: value for key, value in token.items() if key != "id"}
        for token in document["added_tokens"]
    }
    sentinels = [f"<extra_id_{i}>" for i in range(100)]
    names = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    write_json(folder / "tokenizer_config.json", {
        "add_prefix_space": True, "added_tokens_decoder": decoder,
        "additional_special_tokens": sentinels, "clean_up_tokenization_spaces": True,
        "extra_ids": 100, "legacy": True, "model_max_length": 512, "sp_model_kwargs": {},
        "tokenizer_class": "T5Tokenizer", **names,
    })
    write_json(folder / "special_tokens_map.json", {
        "additional_special_tokens": sentinels,
        **{key: added_token(token) for key, token in names.items()},
    })


def write_folders(root):
    vocabulary, merges = train_clip(700)
    write_clip(root / "clip", vocabulary, merges, max_length=77)
    write_vocab_and_merges(root / "clip_vocab_merges", vocabulary, merges)
    write_clip_tokenizer_json_only(root / "clip_tokenizer_json", root / "clip")
    write_clip_hub(root / "clip_hub", vocabulary, merges)
    write_clip(root / "clip_small", *train_clip(300, dropped_bytes="~^`àÞ"), max_length=40)

    scratch = root / "scratch"
    model = train_t5(1000, normalization_rule_name="nmt_nfkc")
    write_t5(root / "t5", model, scratch, model_max_length=512)
    (root / "t5_spiece").mkdir()
    (root / "t5_spiece" / "spiece.model").write_bytes(model)
    hub, small = (train_t5(size, normalization_rule_tsv=str(RULES)) for size in (700, 480))
    write_t5_hub(root / "t5_hub", hub, scratch)
    write_t5_spiece_hub(root / "t5_spiece_hub", root / "t5_hub")
    write_t5(root / "t5_small", small, scratch, model_max_length=512, extra_ids=12)
    identity = train_t5(500, normalization_rule_name="identity")
    write_t5(root / "t5_identity", identity, scratch, extra_ids=3)


def write_t5_spiece_hub(folder, source):
    """A repository without tokenizer.json: spiece.model and the configs beside it."""
    folder.mkdir()
    for name in ("spiece.model", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(source / name, folder / name)


def load_all(root):
    tokenizer_class = {"clip": CLIPTokenizer, "t5": T5Tokenizer}
    return {
        folder.name: tokenizer_class[folder.name.split("_")[0]].from_pretrained(folder)
        for folder in sorted(root.iterdir())
        if folder.is_dir()
    }


def write_lines(path, records):
    lines = (json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in records)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def write_expected(root):
    tokenizers = load_all(root)
    ids = lambda name, text: tokenizers[name](text)["input_ids"]
    elsewhere = (*SAME_AS, "clip", "t5", "t5_spiece_hub")
    variants = [name for name in tokenizers if name not in elsewhere]
    base_records, variant_records = [], []
    for i, text in enumerate(tokenizer_strings.generate()):
        record = {"text": text, "clip": ids("clip", text), "t5": ids("t5", text)}
        for name, base in SAME_AS.items():
            if ids(name, text) != record[base]:
                record[name] = ids(name, text)
        base_records.append(record)
        if i % 6 == 0 or any(mark in text for mark in ("<", "＜", "▁")):
            variant_records.append({"text": text, **{name: ids(name, text) for name in variants}})
            assert ids("t5_spiece_hub", text) == ids("t5_hub", text)
    write_lines(root / "expected.jsonl", base_records)
    write_lines(root / "expected_variants.jsonl", variant_records)
    write_lines(root / "expected_padded.jsonl", padded_records(tokenizers))


def padded_records(tokenizers):
    options = dict(padding="max_length", truncation=True)
    for i, text in enumerate(tokenizer_strings.generate_padded()):
        length = PADDED_T5_LENGTHS[i % 6 != 0]
        yield {
            "text": text,
            "clip": tokenizers["clip"](text, max_length=77, **options)["input_ids"],
            "t5_length": length,
            "t5": tokenizers["t5"](text, max_length=length, **options)["input_ids"],
        }


def main():
    root = Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    for folder in filter(Path.is_dir, list(root.iterdir())):
        shutil.rmtree(folder)
    write_folders(root)
    write_expected(root)


if __name__ == "__main__":
    main()
