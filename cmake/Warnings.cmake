# SPDX-License-Identifier: Apache-2.0
# Warnings are errors, everywhere; third-party headers come in as SYSTEM and are exempt.
add_library(aiflow_warnings INTERFACE)
target_compile_options(aiflow_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Wvla -Walloca -Werror)

find_program(AIFLOW_CCACHE ccache)
if(AIFLOW_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${AIFLOW_CCACHE})
endif()
find_program(AIFLOW_MOLD mold)
if(AIFLOW_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
