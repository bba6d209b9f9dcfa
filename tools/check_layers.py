"""Checks every #include against tools/layers.txt: python3 tools/check_layers.py [ROOT]

Prints each include that its file's place does not allow, and exits with 1 when there is one.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = (".h", ".cpp", ".cu", ".cuh")
# A standard header has neither slash nor ending; these have one.
C_HEADERS = {"stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h"}


def read_layers(path):
    """The groups {name: prefixes} and the places {place: allowed words} of layers.txt."""
    groups, places = {}, {}
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0] == "group":
            groups[words[1]] = words[2:]
        elif words:
            places[words[0]] = words[1:]
    return groups, places


def place_of(file, places):
    """The longest place that is `file` or a folder above it."""
    fitting = [place for place in places if file == place or file.startswith(place + "/")]
    return max(fitting, key=len, default=None)


def allowed_at(place, places):
    words = places[place]
    if words and words[0] == "+":
        wider = {key: value for key, value in places.items() if key != place}
        return words[1:] + allowed_at(place_of(place, wider), wider)
    return words


def is_allowed(include, word, groups):
    if word in groups:
        return any(include.startswith(prefix) for prefix in groups[word])
    if word.endswith("/."):
        return include.rpartition("/")[0] == word[:-2]
    return include == word or include.startswith(word + "/")


def is_standard(include, bracket):
    return bracket == "<" and ("/" not in include and "." not in include or include in C_HEADERS)


def own_folder_allows(file, include):
    """A folder may include what lies in it; engine/families/flux/x.cpp what lies in engine/families/flux."""
    return include.startswith(file.rpartition("/")[0] + "/") and not is_family_of_other(file, include)


def is_family_of_other(file, include):
    """Files right in engine/families do not own the families below them."""
    return file.count("/") == 2 and file.startswith("engine/families/") and include.count("/") > 2


def check_file(root, file, groups, places):
    place = place_of(file, places)
    if place is None:
        return [f"{file}: tools/layers.txt has no line for this place"]
    allowed = allowed_at(place, places)
    findings = []
    for number, line in enumerate((root / file).read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if not match or is_standard(match[2], match[1]) or own_folder_allows(file, match[2]):
            continue
        if not any(is_allowed(match[2], word, groups) for word in allowed):
            findings.append(f"{file}:{number}: {place} may not include {match[2]}")
    return findings


def source_files(root):
    """Every C++ file but those in hidden and build folders."""
    tops = [top for top in root.iterdir() if top.is_dir() and not top.name.startswith((".", "build"))]
    return [path for top in tops for path in top.glob("**/*") if path.suffix in SOURCES]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    groups, places = read_layers(root / "tools/layers.txt")
    files = sorted(path.relative_to(root).as_posix() for path in source_files(root))
    findings = [finding for file in files for finding in check_file(root, file, groups, places)]
    print("\n".join(findings + [f"{len(files)} files, {len(findings)} includes that tools/layers.txt does not allow"]))
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
