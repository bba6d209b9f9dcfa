# cpp-httplib as a header: EASEL_HTTPLIB_ROOT names the folder with httplib.h (./dev build fetches it).
set(EASEL_HTTPLIB_ROOT "$ENV{EASEL_HTTPLIB_ROOT}" CACHE PATH "The folder with httplib.h")
if(NOT EXISTS "${EASEL_HTTPLIB_ROOT}/httplib.h")
  message(FATAL_ERROR "httplib.h was not found at EASEL_HTTPLIB_ROOT='${EASEL_HTTPLIB_ROOT}'. Run `./dev build`, "
                      "which fetches it, or pass -DEASEL_HTTPLIB_ROOT=DIR or -DEASEL_BUILD_SERVICES=OFF.")
endif()
file(STRINGS ${EASEL_HTTPLIB_ROOT}/httplib.h httplib_version REGEX "#define CPPHTTPLIB_VERSION \"")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" httplib_version "${httplib_version}")
# Older ones hold whole bodies, chunks and headers of any size in memory: docs/operations.md.
if(httplib_version VERSION_LESS 0.41)
  message(FATAL_ERROR "cpp-httplib ${httplib_version} at ${EASEL_HTTPLIB_ROOT} must not face users: 0.41 or newer is needed.")
endif()
add_library(easel_httplib INTERFACE)
# A copy, alone in its folder: a file `version` beside it would be taken for the standard header.
configure_file(${EASEL_HTTPLIB_ROOT}/httplib.h ${CMAKE_BINARY_DIR}/httplib/httplib.h COPYONLY)
target_include_directories(easel_httplib SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/httplib)
target_link_libraries(easel_httplib INTERFACE Threads::Threads)
