# ./dev sanitize [CTEST_OPTION...]: every test under AddressSanitizer, LeakSanitizer and UBSan.
# ./dev sanitize thread [CTEST_OPTION...]: under ThreadSanitizer the tests that link neither torch nor gRPC, whose own
# threads it would not understand.

thread_tests=(base_test block_streamer_test engine_jobs_test easel_storage_test gateway_parts_test access_test)

# Compiled in a third of -O2's time, and quick enough.
sanitizer_flags=(-DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1")

# sanitizer_environment: what the run-time libraries are told. libtorch needs no suppressions.
sanitizer_environment() {
  export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:allocator_may_return_null=1"
  export UBSAN_OPTIONS="print_stacktrace=1"
}

sanitize_threads() {
  local folder=$root/build-tsan
  ensure_packages tools/dev/packages.txt
  ensure_httplib
  configure "$folder" "${sanitizer_flags[@]}" -DEASEL_SANITIZE=thread -DEASEL_BUILD_ENGINE=OFF -DEASEL_HTTPLIB_ROOT="$httplib_root"
  compile "$folder" "${thread_tests[@]}"
  export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1"
  run_ctest "$folder" 1800 -R "^($(IFS='|' && echo "${thread_tests[*]}"))\$" "$@"
}

dev_sanitize() {
  if [[ ${1:-} == thread ]]; then
    sanitize_threads "${@:2}"
    return
  fi
  local folder=$root/build-asan
  set_up tools/dev/packages_test.txt
  ensure_test_tools
  configure "$folder" "${sanitizer_flags[@]}" -DEASEL_SANITIZE=address,undefined -DEASEL_TORCH_ROOT="$torch_root" -DEASEL_HTTPLIB_ROOT="$httplib_root"
  compile "$folder"
  sanitizer_environment
  run_ctest "$folder" 1800 "$@"
}
