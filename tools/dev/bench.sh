# ./dev bench [ARGUMENT...]: easel against diffusers, side by side (tools/bench).
# ./dev bench memory [ARGUMENT...]: FLUX.1-dev at its published sizes under memory budgets (tools/bench/memory).
# ./dev bench streaming: how close streamed steps come to what the bandwidth allows (tests/engine/memory).
# ./dev bench pranks: look-ups by slug and phrase among 10^2, 10^4 and 10^6 triggers (tests/storage).
# ./dev bench service [ARGUMENT...]: what gateway and worker add, and what they hold out (tools/bench/service).

# ensure_reference_python: sets reference_python to one that has diffusers; EASEL_REFERENCE_PYTHON names another.
ensure_reference_python() {
  local venv=$deps_dir/reference-venv requirements=tools/reference/requirements.txt
  reference_python=${EASEL_REFERENCE_PYTHON:-$venv/bin/python}
  if [[ -n ${EASEL_REFERENCE_PYTHON:-} ]] || cmp -s "$requirements" "$venv/complete"; then return 0; fi
  if [[ $no_install == yes ]]; then die "the Python reference is missing and --no-install was given" "Run ./dev bench without it"; fi
  step "fetching diffusers and what it needs into $venv (about 3 GB download, 6 GB of disk)"
  need_disk "$deps_dir" 7000 "the Python reference"
  python3 -m venv "$venv" && "$venv/bin/python" -m pip install --quiet -r "$requirements" ||
    die "the Python reference could not be installed" "Check the network and pip's settings (pip config list)"
  cp "$requirements" "$venv/complete"
}

dev_bench() {
  if [[ ${1:-} == service ]]; then
    bench_service "${@:2}"
    return
  fi
  if [[ ${1:-} == memory ]]; then
    bench_memory "${@:2}"
    return
  fi
  if [[ ${1:-} == pranks ]]; then
    bench_pranks "${@:2}"
    return
  fi
  if [[ ${1:-} == streaming ]]; then
    bench_streaming "${@:2}"
    return
  fi
  ensure_packages tools/dev/packages.txt tools/dev/packages_bench.txt
  dev_build easel
  ensure_reference_python
  step "benchmark: alternating runs, medians"
  "$reference_python" -m tools.bench --easel "$build_dir/bin/easel" "$@" || die "the benchmark failed" "Its message is above"
}

bench_memory() {
  local reference=()
  dev_build easel
  if [[ " $* " == *" --first-step "* ]]; then
    ensure_reference_python
    reference=(--reference-python "$reference_python")
  fi
  step "benchmark of memory budgets: writes up to 34 GB of random weights into the temporary folder, and removes them"
  python3 -m tools.bench.memory --easel "$build_dir/bin/easel" "${reference[@]}" "$@" || die "the benchmark failed" "Its message is above"
}

bench_streaming() {
  dev_build streamed_step_benchmark
  step "benchmark of streamed steps with a throttled copy: about two minutes"
  "$build_dir/tests/streamed_step_benchmark" "$@" || die "the benchmark failed" "Its message is above"
}

bench_pranks() {
  dev_build prank_lookup_benchmark
  step "benchmark of pranks' look-ups: half a minute, 400 MB in the temporary folder"
  "$build_dir/tests/prank_lookup_benchmark" "$@" || die "the benchmark failed" "Its message is above"
}

bench_service() {
  dev_build easel-worker easel-gateway
  step "benchmark of the service: about seven minutes, 1 GB in the temporary folder"
  python3 -m tools.bench.service --programs "$build_dir/bin" "$@" || die "the benchmark failed" "Its message is above"
}
