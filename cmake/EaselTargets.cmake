# One function per kind of target. DEPS stays visible at every call, so that a folder's place in the
# layering can be read from its CMakeLists.txt; tools/check_layers.py checks the includes.

set(EASEL_WARNINGS -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wpedantic -Werror)

function(easel_common_options target)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_options(${target} PRIVATE ${EASEL_WARNINGS})
  if(EASEL_SANITIZE)
    target_compile_definitions(${target} PRIVATE EASEL_SANITIZED)
    target_compile_options(${target} PRIVATE -fsanitize=${EASEL_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=undefined
                                             # What it instruments looks uninitialised to gcc 12.
                                             $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_link_options(${target} PRIVATE -fsanitize=${EASEL_SANITIZE})
  endif()
  # Without it the fuzzers would see nothing of the code in the libraries.
  if(EASEL_BUILD_FUZZERS)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# easel_library(name SOURCES a.cpp ... DEPS lib ... [TORCH])
function(easel_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  easel_common_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  if(ARG_TORCH)
    easel_use_torch(${name})
  endif()
endfunction()

# easel_binary(name SOURCES a.cpp ... DEPS lib ... [TORCH])
function(easel_binary name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  easel_common_options(${name})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  if(ARG_TORCH)
    easel_use_torch(${name})
  endif()
endfunction()

# easel_test(name SOURCES a_test.cpp ... DEPS lib ... [TORCH] [TIMEOUT seconds]): a GoogleTest binary, run as one ctest entry.
function(easel_test name)
  cmake_parse_arguments(ARG "TORCH" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  set(torch "")
  if(ARG_TORCH)
    set(torch TORCH)
  endif()
  easel_binary(${name} ${torch} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE EASEL_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data"
                                             EASEL_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  if(ARG_TORCH)
    # ctest runs tests side by side; threads that wait for each other on busy cores cost far more than they gain.
    set_tests_properties(${name} PROPERTIES ENVIRONMENT OMP_NUM_THREADS=1)
  endif()
  # Without TIMEOUT the limit is ctest's own (./dev test: 300 s), which soak and sanitizer runs raise.
  if(ARG_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  endif()
endfunction()

# easel_fuzzer(name SOURCES a_fuzzer.cpp ... DEPS lib ...): libFuzzer, so clang only.
function(easel_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  easel_binary(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzzers ${name})
endfunction()
