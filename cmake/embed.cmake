# SPDX-License-Identifier: Apache-2.0
# embed(TARGET NAME FILE)   such as embed(hodhod_look kLookPage web/dist/look.html)
#
# Compiles the bytes of FILE (a path in the source tree) into TARGET, which then defines
#
#   namespace hodhod::embedded { extern const std::string_view NAME; }
#
# for whoever declares it so. A change of the file compiles it again; nothing but CMake is needed.
#
# As a script (cmake -DFILE=… -DNAME=… -DOUTPUT=… -P embed.cmake) it writes the source that is compiled.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${FILE} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  # Lines of 32 bytes.
  string(REPEAT "[0-9a-fx,]" 160 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  file(WRITE ${OUTPUT} "// Generated from ${NAME} by cmake/embed.cmake.
#include <string_view>

namespace hodhod::embedded {

namespace {
constexpr unsigned char ${NAME}_bytes[] = {
${bytes}0};
}  // namespace

extern const std::string_view ${NAME};
const std::string_view ${NAME}(reinterpret_cast<const char*>(${NAME}_bytes), sizeof(${NAME}_bytes) - 1);

}  // namespace hodhod::embedded
")
  return()
endif()

set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(embed target name file)
  set(source ${PROJECT_BINARY_DIR}/embedded/${name}.cc)
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DFILE=${PROJECT_SOURCE_DIR}/${file} -DNAME=${name} -DOUTPUT=${source} -P ${EMBED_SCRIPT}
    DEPENDS ${PROJECT_SOURCE_DIR}/${file} ${EMBED_SCRIPT}
    COMMENT "Embedding ${file}")
  target_sources(${target} PRIVATE ${source})
  set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
