# ./dev lint [--changed] [FILE...]: clang-tidy (.clang-tidy says what for), clang-format and the tree checks.

# changed_files: sources that differ from the last commit.
changed_files() { git diff --name-only --diff-filter=d HEAD -- '*.h' '*.cpp'; }

# compiled_files FOLDER: the sources that FOLDER compiles, relative to the root.
compiled_files() {
  python3 -c 'import json, os, sys
for entry in json.load(open(sys.argv[1])):
    name = os.path.relpath(os.path.join(entry["directory"], entry["file"]), sys.argv[2])
    if not name.startswith(("..", "build")): print(name)' "$1/compile_commands.json" "$root" | sort -u
}

# lint_one_by_one FOLDER FILE...: each file's findings come out together.
lint_one_by_one() {
  local folder=$1
  shift
  printf '%s\n' "$@" | xargs -r -d '\n' -n 1 -P "$(build_jobs)" bash -c '
    if found=$(clang-tidy-14 -p "$0" --quiet "$1" 2>/dev/null); then echo "ok   $1"; else echo "FAIL $1"; echo "$found"; exit 1; fi' "$folder"
}

dev_lint() {
  local folder=$root/build-lint files=("$@") compiled
  if [[ ${1:-} == --changed ]]; then
    mapfile -t files < <(changed_files)
    if ((${#files[@]} == 0)); then note "nothing has changed since the last commit"; return 0; fi
  fi
  set_up tools/dev/packages_clang.txt
  # clang-tidy needs clang's own precompiled header, so the folder is configured for clang; and the generated headers.
  configure "$folder" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++-14 -DEASEL_TORCH_ROOT="$torch_root" -DEASEL_HTTPLIB_ROOT="$httplib_root"
  compile "$folder" easel_aten_pch easel_proto
  step "tree checks and format"
  python3 tools/check_layers.py && python3 tools/check_tree.py || die "the tree checks failed" "Their findings are above"
  dev_format --check "${files[@]}"
  step "clang-tidy"
  mapfile -t compiled < <(compiled_files "$folder")
  # Headers are seen through the sources that include them.
  if ((${#files[@]} > 0)); then
    mapfile -t compiled < <(comm -12 <(printf '%s\n' "${compiled[@]}") <(printf '%s\n' "${files[@]}" | sort -u))
  fi
  lint_one_by_one "$folder" "${compiled[@]}" || die "clang-tidy found something" "Its findings are above; they are errors"
}
