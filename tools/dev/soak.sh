# ./dev soak [CTEST_OPTION...]: the tests that have a long form, long.

dev_soak() {
  set_up tools/dev/packages_test.txt
  ensure_test_tools
  configure_release
  compile "$build_dir"
  EASEL_SOAK=1 EASEL_SOAK_KILLS=${EASEL_SOAK_KILLS:-200} run_ctest "$build_dir" 36000 "$@"
}
