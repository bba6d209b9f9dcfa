# ./dev format [--check] [FILE...]: clang-format over the C++ sources.

# cpp_files [FILE...]: these, or all of the tree that git does not ignore.
cpp_files() {
  if (($# > 0)); then printf '%s\n' "$@"; return 0; fi
  git ls-files --cached --others --exclude-standard -- '*.h' '*.cpp' '*.cu' | while read -r file; do
    if [[ -f $file ]]; then echo "$file"; fi
  done
}

dev_format() {
  local mode=(-i)
  if [[ ${1:-} == --check ]]; then
    mode=(--dry-run --Werror)
    shift
  fi
  ensure_packages tools/dev/packages_clang.txt
  cpp_files "$@" | xargs -r -d '\n' clang-format-14 "${mode[@]}" ||
    die "some files are not formatted" "./dev format changes them"
}
