# ./dev sanitize [CTEST_OPTION...]: every test under AddressSanitizer, LeakSanitizer and UBSan.

# sanitizer_environment: what the run-time libraries are told. libtorch needs no suppressions.
sanitizer_environment() {
  export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:allocator_may_return_null=1"
  export UBSAN_OPTIONS="print_stacktrace=1"
}

dev_sanitize() {
  local folder=$root/build-asan
  set_up tools/dev/packages_test.txt
  ensure_test_tools
  configure "$folder" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DEASEL_SANITIZE=address,undefined -DEASEL_TORCH_ROOT="$torch_root" -DEASEL_HTTPLIB_ROOT="$httplib_root"
  compile "$folder"
  sanitizer_environment
  run_ctest "$folder" 1800 "$@"
}
