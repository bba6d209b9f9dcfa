# Imported targets for libtorch, made from ROOT/include and ROOT/lib. TorchConfig.cmake is never called:
# it fails where no CUDA toolkit is installed, although a CPU build needs none.
#
# EASEL_TORCH_ROOT names the `torch` folder of an unpacked wheel (or a libtorch folder).

set(EASEL_TORCH_ROOT "$ENV{EASEL_TORCH_ROOT}" CACHE PATH "The torch folder with include/ and lib/")
if(NOT EASEL_TORCH_ROOT OR NOT EXISTS ${EASEL_TORCH_ROOT}/lib/libtorch_cpu.so)
  message(FATAL_ERROR "libtorch was not found at EASEL_TORCH_ROOT='${EASEL_TORCH_ROOT}'. "
                      "Run `./dev build`, which fetches it, or pass -DEASEL_TORCH_ROOT=DIR.")
endif()

file(STRINGS ${EASEL_TORCH_ROOT}/include/torch/headeronly/version.h version_lines
     REGEX "#define TORCH_VERSION_(MAJOR|MINOR) ")
string(REGEX REPLACE ".*TORCH_VERSION_MAJOR ([0-9]+).*" "\\1" torch_major "${version_lines}")
string(REGEX REPLACE ".*TORCH_VERSION_MINOR ([0-9]+).*" "\\1" torch_minor "${version_lines}")
if("${torch_major}.${torch_minor}" VERSION_LESS 2.9)
  message(FATAL_ERROR "libtorch ${torch_major}.${torch_minor} at ${EASEL_TORCH_ROOT} is too old: 2.9 or newer is needed.")
endif()

# libtorch built with the old std::string would fail at link time with pages of undefined symbols.
file(STRINGS ${EASEL_TORCH_ROOT}/lib/libc10.so cxx11_symbol REGEX "__cxx11" LIMIT_COUNT 1)
if(NOT cxx11_symbol)
  message(FATAL_ERROR "libtorch at ${EASEL_TORCH_ROOT} is built with the pre-C++11 ABI; one with the C++11 ABI is needed.")
endif()

foreach(lib c10 torch_cpu)
  add_library(easel_${lib} SHARED IMPORTED)
  set_target_properties(easel_${lib} PROPERTIES IMPORTED_LOCATION ${EASEL_TORCH_ROOT}/lib/lib${lib}.so)
endforeach()
add_library(easel_torch INTERFACE)
target_include_directories(easel_torch SYSTEM INTERFACE ${EASEL_TORCH_ROOT}/include)
target_link_libraries(easel_torch INTERFACE easel_torch_cpu easel_c10)
# DT_RPATH, not DT_RUNPATH: it also holds for libraries that are loaded while the program runs.
target_link_options(easel_torch INTERFACE -Wl,--disable-new-dtags
                    -Wl,-rpath,${EASEL_TORCH_ROOT}/lib -Wl,-rpath-link,${EASEL_TORCH_ROOT}/lib)
# In a wheel's layout CUDA's libraries lie beside torch; libtorch_cpu needs two of them even on a CPU.
file(GLOB side_libs ${EASEL_TORCH_ROOT}/../nvidia/*/lib)
foreach(folder IN LISTS side_libs)
  target_link_options(easel_torch INTERFACE -Wl,-rpath-link,${folder})
endforeach()

# ATen.h takes 7 s to parse; every torch target shares one precompiled header instead.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/aten_pch.cpp CONTENT "// Owns the precompiled header.\n")
add_library(easel_aten_pch STATIC ${CMAKE_BINARY_DIR}/aten_pch.cpp)
easel_common_options(easel_aten_pch)
target_link_libraries(easel_aten_pch PUBLIC easel_torch)
target_precompile_headers(easel_aten_pch PRIVATE <ATen/ATen.h>)

# easel_use_torch(target): links libtorch and uses the precompiled header.
function(easel_use_torch target)
  target_link_libraries(${target} PUBLIC easel_torch)
  target_precompile_headers(${target} REUSE_FROM easel_aten_pch)
endfunction()
