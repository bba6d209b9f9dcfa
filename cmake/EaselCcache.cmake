# ccache where it is installed, told that a precompiled header may stand for what it includes.
find_program(EASEL_CCACHE ccache)
if(EASEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${EASEL_CCACHE})
endif()
