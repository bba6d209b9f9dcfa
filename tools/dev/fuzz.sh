# ./dev fuzz [NAME] [SECONDS]: libFuzzer on the readers of files and requests; stops at the first finding.

# fuzz_one FUZZER SECONDS: the corpus grows in build-fuzz/corpus; seeds are tests/fuzz/corpora/NAME, words NAME.dict.
fuzz_one() {
  local fuzzer=$1 seconds=$2 name corpus seeds=() words=()
  name=$(basename "$fuzzer")
  corpus=$root/build-fuzz/corpus/$name
  if [[ -d tests/fuzz/corpora/$name ]]; then seeds+=("tests/fuzz/corpora/$name"); fi
  if [[ -f tests/fuzz/corpora/$name.dict ]]; then words+=("-dict=tests/fuzz/corpora/$name.dict"); fi
  mkdir -p "$corpus" "$root/build-fuzz/findings"
  step "$name for $seconds s"
  "$fuzzer" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1 \
    -artifact_prefix="$root/build-fuzz/findings/$name-" "${words[@]}" "$corpus" "${seeds[@]}" >"$root/build-fuzz/$name.log" 2>&1 || {
    tail -n 40 "$root/build-fuzz/$name.log" >&2
    die "$name has a finding" "Its input is in build-fuzz/findings; run it again with $fuzzer FILE"
  }
  grep -E 'stat::number_of_executed_units|DONE' "$root/build-fuzz/$name.log" | sed 's/^/           /'
}

dev_fuzz() {
  local name=all seconds=600 fuzzer folder=$root/build-fuzz
  if [[ ${1:-} =~ ^[0-9]+$ ]]; then seconds=$1; else name=${1:-all} seconds=${2:-600}; fi
  [[ $seconds =~ ^[0-9]+$ ]] || die "'$seconds' is not a number of seconds" "./dev fuzz [NAME] [SECONDS]"
  [[ $name == all || -f tests/fuzz/$name.cpp ]] ||
    die "there is no fuzzer '$name'" "These exist: $(cd tests/fuzz && ls ./*_fuzzer.cpp | sed 's|./||; s|.cpp||' | tr '\n' ' ')"
  ensure_packages tools/dev/packages.txt tools/dev/packages_clang.txt
  configure "$folder" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER=clang++-14 -DEASEL_BUILD_FUZZERS=ON \
    -DEASEL_SANITIZE=address,undefined -DEASEL_BUILD_ENGINE=OFF -DEASEL_BUILD_SERVICES=OFF -DEASEL_BUILD_TESTS=OFF
  if [[ $name == all ]]; then compile "$folder" fuzzers; else compile "$folder" "$name"; fi
  sanitizer_environment
  for fuzzer in "$folder"/fuzz/*_fuzzer; do
    if [[ $name == all || $(basename "$fuzzer") == "$name" ]]; then fuzz_one "$fuzzer" "$seconds"; fi
  done
}
