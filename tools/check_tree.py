"""Checks what is committed for things that belong to one machine: python3 tools/check_tree.py [ROOT]

Refused: absolute paths into somebody's home or work folders (/home/user is nobody's), URLs with a host
that is not listed here (so that no package index or mirror gets in), access tokens, merge marks, and
sources over 400 lines.
"""

import pathlib
import re
import subprocess
import sys

ALLOWED_HOSTS = {
    "127.0.0.1", "localhost", "example.com", "www.apache.org", "github.com", "huggingface.co",
    "www.w3.org", "www.rfc-editor.org", "arxiv.org", "unicode.org", "www.unicode.org", "json-schema.org", "semver.org",
    "keepachangelog.com", "google.aip.dev", "example.org", "docs.kernel.org", "docs.nvidia.com", "no-color.org", "www.sqlite.org",
    "pranks.halsted.dev", "flexy-face.replit.app",  # the origins that the gateway lets in by default
}  # fmt: skip

LOOKALIKES = {"tests/gateway/cors_test.cpp", "tests/gateway/auth/login_test.cpp"}  # files whose hosts are made up to be mistaken for others

URL = re.compile(r"\b(?:https?|ftp|git|ssh)://(?:[^\s/@\"'<>]*@)?([A-Za-z0-9.-]*[A-Za-z0-9])")
PATTERNS = {
    "a path of one machine": re.compile(r"(?<![\w.$}/:-])/(?:home/(?!u\b|user\b)\w|root/|opt/|work/|Users/\w|mnt/\w|media/\w)"),
    "an access token": re.compile(r"\b(?:hf_[A-Za-z0-9]{30,}|gh[pousr]_[A-Za-z0-9]{30,}|AKIA[A-Z0-9]{16})\b"),
    "a merge mark": re.compile(r"^(?:<<<<<<<|>>>>>>>) "),
}
SOURCES = {".h", ".cpp", ".cu", ".py", ".sh", ".cmake"}
MOST_LINES = 400
# Strings of all shapes, made to trip tokenizers and fuzzed readers, and pictures: nothing to find in them.
SKIPPED = ("tests/data/", "tests/fuzz/corpora/", "tools/reference/corpus.txt", "tools/reference/tokenizer_strings.py")


def committed_files(root):
    command = ["git", "-c", f"safe.directory={root}", "-C", root, "ls-files", "-z"]
    listing = subprocess.run(command, capture_output=True, check=True)
    return [name for name in listing.stdout.decode().split("\0") if name]


def findings_in(name, text):
    lines = text.splitlines()
    if pathlib.Path(name).suffix in SOURCES and len(lines) > MOST_LINES:
        yield f"{name}: {len(lines)} lines; {MOST_LINES} are the most"
    for number, line in enumerate(lines, 1):
        for what, pattern in PATTERNS.items():
            if pattern.search(line):
                yield f"{name}:{number}: {what}: {line.strip()[:120]}"
        for host in URL.findall(line):
            if host not in ALLOWED_HOSTS and name not in LOOKALIKES:
                yield f"{name}:{number}: the host {host} is not in ALLOWED_HOSTS of tools/check_tree.py"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    names = [name for name in committed_files(root) if not name.startswith(SKIPPED)]
    findings = []
    for name in names:
        content = (root / name).read_bytes() if (root / name).is_file() else b""
        if b"\0" not in content:
            findings += findings_in(name, content.decode("utf-8", "replace"))
    print("\n".join(findings + [f"{len(names)} files, {len(findings)} findings"]))
    return 1 if findings or not names else 0


if __name__ == "__main__":
    sys.exit(main())
