# ./dev test: set-up, build, every test. Nothing that is timed or takes long: those are bench and soak.

# run_ctest FOLDER SECONDS [CTEST_ARGUMENT...]: SECONDS for one test; ends with ctest's own summary line.
run_ctest() {
  local folder=$1 seconds=$2
  shift 2
  step "running the tests of $folder"
  # Waiting OpenMP threads sleep instead of spinning, so that parallel tests do not starve each other.
  OMP_WAIT_POLICY=passive ctest --test-dir "$folder" --output-on-failure --no-tests=error \
    --parallel "$(nproc)" --timeout "$seconds" "$@" </dev/null ||
    die "tests failed" "One of them alone: ctest --test-dir $folder --output-on-failure -R NAME"
}

dev_test() {
  set_up tools/dev/packages_test.txt
  ensure_test_tools
  configure_release
  compile "$build_dir"
  run_ctest "$build_dir" 300 "$@"
}
