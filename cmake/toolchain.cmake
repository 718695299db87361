# SPDX-License-Identifier: Apache-2.0
# Compiler settings that every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Contraction is off so that a*b+c rounds the same on every machine; kernels ask for FMA by name.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                    -ffp-contract=off -fno-math-errno)
if(HODHOD_SANITIZE)
  add_compile_options(-fsanitize=${HODHOD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HODHOD_SANITIZE})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  add_compile_options(-Wno-for-loop-analysis)  # does not see what a lambda changes
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  add_compile_definitions(FMT_CONSTEVAL=)  # crashes on it
endif()

# Of unit tests: their own code is compiled more often than it is run, and with sanitizers that takes three times as long
# when it is optimised.
set(HODHOD_TEST_OPTIONS $<$<CONFIG:Release>:-O1> -Wno-conversion)
if(HODHOD_SANITIZE)
  list(APPEND HODHOD_TEST_OPTIONS -O0)
endif()

# unite(TARGET [BATCH]): with HODHOD_UNITY, compiles the target's sources in batches of so many, each batch as one. A
# clean build is several times as quick then, since headers are read once a batch; a build after a change to one file
# takes longer. Names in anonymous namespaces must therefore differ within a target. Sources that Highway compiles once
# for each instruction set include themselves, and stand alone; so do a test that replaces operator new, and
# the file that a test of killed runs puts another in place of.
function(unite target)
  if(HODHOD_UNITY)
    set(batch 16)
    if(ARGC GREATER 1)
      set(batch ${ARGV1})
    endif()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "hodhod/kernels/cpu/|/largest_allocation_test\\.cc$|/train/training_state\\.cc$")
    set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
if(HODHOD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(HODHOD_BENCH)
  find_package(benchmark REQUIRED)
endif()
