# ./dev soak [CTEST_OPTION...]: the tests with EASEL_SOAK=1, which makes those that can run long do so.

dev_soak() {
  dev_build
  EASEL_SOAK=1 run_ctest "$build_dir" 7200 "$@"
}
