# SPDX-License-Identifier: Apache-2.0
# aiflow_library(name
#   SOURCES a.cpp b.cpp          sources, relative to the folder
#   DEPS base json               our libraries that the public headers need
#   PRIVATE_DEPS os              our libraries that only the .cpp files need
#   EXTERNAL tgt ...             third-party targets, private to the .cpp files
#   TESTS a_test.cpp             doctest files beside the sources -> target <name>_test
#   TEST_DEPS x                  our libraries that only the tests need
#   TEST_LABELS slow             ctest labels
#   TESTS_KNOW_FOLDERS)          the tests have AIFLOW_SOURCE_DIR and AIFLOW_BUILD_DIR; only where
#                                needed, since such objects are in no other checkout's ccache
# makes the library aiflow_<name>, its test program and its layer record.
set_property(GLOBAL PROPERTY AIFLOW_LAYER_RECORDS "")
add_library(aiflow_doctest_main OBJECT ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)

function(aiflow_library name)
  cmake_parse_arguments(ARG "TESTS_KNOW_FOLDERS" ""
                        "SOURCES;DEPS;PRIVATE_DEPS;EXTERNAL;TESTS;TEST_DEPS;TEST_LABELS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "aiflow_library(${name}): unknown words: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM ARG_DEPS PREPEND aiflow_ OUTPUT_VARIABLE deps)
  list(TRANSFORM ARG_PRIVATE_DEPS PREPEND aiflow_ OUTPUT_VARIABLE private_deps)
  set(scope PUBLIC)
  set(private_scope PRIVATE)
  if(ARG_SOURCES)
    add_library(aiflow_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(aiflow_${name} PRIVATE aiflow_warnings)
  else()
    add_library(aiflow_${name} INTERFACE)
    set(scope INTERFACE)
    set(private_scope INTERFACE)
  endif()
  target_include_directories(aiflow_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(aiflow_${name} ${scope} ${deps} ${private_scope} ${private_deps}
                        ${ARG_EXTERNAL} Threads::Threads)
  set_property(GLOBAL APPEND PROPERTY AIFLOW_LAYER_RECORDS "${name}:${ARG_DEPS};${ARG_PRIVATE_DEPS}")
  if(ARG_TESTS)
    add_executable(${name}_test ${ARG_TESTS} $<TARGET_OBJECTS:aiflow_doctest_main>)
    list(TRANSFORM ARG_TEST_DEPS PREPEND aiflow_ OUTPUT_VARIABLE test_deps)
    target_link_libraries(${name}_test PRIVATE aiflow_${name} aiflow_warnings ${test_deps} Threads::Threads)
    if(ARG_TESTS_KNOW_FOLDERS)
      target_compile_definitions(${name}_test PRIVATE AIFLOW_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                 AIFLOW_BUILD_DIR="${CMAKE_BINARY_DIR}")
    endif()
    add_test(NAME ${name}_test COMMAND ${name}_test)
    set_tests_properties(${name}_test PROPERTIES LABELS "unit;${ARG_TEST_LABELS}" TIMEOUT 300)
  endif()
endfunction()

# aiflow_test_on_mariadb(name) runs the tests of a library a second time, on a MariaDB server of their
# own. Skipped without Debian's mariadb-server-core, but not where AIFLOW_NO_SKIP is set (CI).
function(aiflow_test_on_mariadb name)
  add_test(NAME ${name}_test_mariadb
           COMMAND ${CMAKE_SOURCE_DIR}/tools/with_mariadb $<TARGET_FILE:${name}_test>)
  set_tests_properties(${name}_test_mariadb PROPERTIES LABELS "unit" TIMEOUT 600 SKIP_RETURN_CODE 77)
endfunction()

# aiflow_program(name SOURCES … DEPS … EXTERNAL …) makes an executable in bin/.
function(aiflow_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;EXTERNAL" ${ARGN})
  list(TRANSFORM ARG_DEPS PREPEND aiflow_ OUTPUT_VARIABLE deps)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${deps} aiflow_warnings ${ARG_EXTERNAL} Threads::Threads)
endfunction()
