# SPDX-License-Identifier: Apache-2.0
# The library: all modules behind one name.
add_library(hodhod_library INTERFACE)
add_custom_target(unit_tests)  # all of them, without the program

# Tells tests where their files are (hodhod/base/test_directories.h).
if(HODHOD_TESTS OR HODHOD_BENCH)
  add_library(test_directories STATIC ${PROJECT_SOURCE_DIR}/tests/directories.cc)
  target_include_directories(test_directories PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_definitions(test_directories PRIVATE HODHOD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endif()

# The house, left to right: a module includes only what its line names (and what those name in turn).
add_module(base GLUE HOT large_json.cc LIBS fmt::fmt Threads::Threads z zstd simdjson)
add_module(kernels FAST DEPS base LIBS hwy)
add_module(tensor GLUE DEPS base kernels)
add_module(ops DEPS tensor)
add_module(nn GLUE DEPS ops)
add_module(text FAST DEPS base LIBS utf8proc pcre2-8)
add_module(io GLUE DEPS tensor)
add_module(data DEPS text)
add_module(models GLUE HOT bag_features.cc ngram.cc ngram_distribution.cc ngram_scoring.cc ngram_trie.cc
  DEPS nn io)
add_module(train GLUE HOT gibbs.cc linear_objective.cc ngram_counts.cc ngram_runs.cc smoothing.cc
  DEPS models data LIBS utf8proc)
add_module(decode HOT sampler.cc DEPS models)
add_module(tasks GLUE DEPS train decode)
add_module(ladder GLUE DEPS base)
add_module(look GLUE HOT pack.cc DEPS tasks LIBS utf8proc)
embed(hodhod_look kLookPage web/dist/look.html)
add_module(watch GLUE DEPS train)
embed(hodhod_watch kWatchPage web/dist/watch.html)

# The program.
file(GLOB cli_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/*.cc)
add_executable(hodhod ${cli_sources})
unite(hodhod 64)
add_commit(hodhod)
target_link_libraries(hodhod PRIVATE hodhod_library)
# Reading a command line is compiled more often than it is run.
target_compile_options(hodhod PRIVATE $<$<CONFIG:Release>:-Og>)
target_compile_definitions(hodhod PRIVATE HODHOD_VERSION="${PROJECT_VERSION}")
