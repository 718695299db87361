# SPDX-License-Identifier: Apache-2.0
# add_module(NAME [GLUE | FAST] [DEPS module...] [LIBS library...] [HOT source...])
#
# Makes the static library hodhod_NAME from hodhod/NAME/**/*.cc and the test program NAME_test from the
# *_test.cc files that stand beside them. DEPS are the modules whose headers it may include (with
# theirs in turn); tools/check_includes reads the same lines. hodhod_library links them all.
# A release is compiled with -O2. GLUE: its time goes into the kernels of others, so -O1 is enough, which takes a third
# off the time to compile it. FAST: -O3. HOT: sources of another module that have loops of their own, as paths in
# hodhod/NAME; they get -O3 and are compiled each alone.
# With HODHOD_UNITY, several sources are compiled as one (see unite in cmake/toolchain.cmake).
function(add_module name)
  cmake_parse_arguments(arg "GLUE;FAST" "" "DEPS;LIBS;HOT" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/hodhod/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(NOT sources)
    message(FATAL_ERROR "add_module(${name}): hodhod/${name}/ has no sources")
  endif()
  add_library(hodhod_${name} STATIC ${sources})
  unite(hodhod_${name} 64)
  target_include_directories(hodhod_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_compile_features(hodhod_${name} PUBLIC cxx_std_20)
  set_property(GLOBAL APPEND PROPERTY HODHOD_MODULES ${name})
  set_property(GLOBAL APPEND PROPERTY HODHOD_MODULE_LIBRARIES ${arg_LIBS})
  list(TRANSFORM arg_DEPS PREPEND hodhod_)
  foreach(dep ${arg_DEPS})
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "add_module(${name}): ${dep} is not above it in cmake/modules.cmake")
    endif()
  endforeach()
  target_link_libraries(hodhod_${name} PUBLIC ${arg_DEPS} ${arg_LIBS})
  if(arg_GLUE)
    target_compile_options(hodhod_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  elseif(NOT arg_FAST)
    target_compile_options(hodhod_${name} PRIVATE $<$<CONFIG:Release>:-O2>)
  endif()
  foreach(source ${arg_HOT})
    set_source_files_properties(${PROJECT_SOURCE_DIR}/hodhod/${name}/${source} PROPERTIES
      COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
  endforeach()
  target_link_libraries(hodhod_library INTERFACE hodhod_${name})
  if(HODHOD_TESTS AND tests)
    add_executable(${name}_test ${tests})
    unite(${name}_test 48)
    target_link_libraries(${name}_test PRIVATE hodhod_${name} test_directories GTest::gmock GTest::gtest_main)
    target_compile_options(${name}_test PRIVATE ${HODHOD_TEST_OPTIONS})
    add_dependencies(unit_tests ${name}_test)
    include(GoogleTest)
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
  endif()
endfunction()
