# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: the program, the libraries, the headers, and two ways to find them: a CMake package
# (find_package(hodhod), target hodhod::hodhod) and a pkg-config file (pkg-config --static hodhod).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY HODHOD_MODULES)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hodhod)
set_target_properties(hodhod_library PROPERTIES EXPORT_NAME hodhod)
set(targets hodhod_library)
foreach(module ${modules})
  set_target_properties(hodhod_${module} PROPERTIES EXPORT_NAME ${module})
  list(APPEND targets hodhod_${module})
endforeach()

install(TARGETS hodhod RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${targets} EXPORT hodhod ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT hodhod FILE hodhodTargets.cmake NAMESPACE hodhod:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/hodhod DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "test_*" EXCLUDE)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/hodhodConfig.cmake.in ${PROJECT_BINARY_DIR}/hodhodConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hodhodConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hodhodConfig.cmake ${PROJECT_BINARY_DIR}/hodhodConfigVersion.cmake
        DESTINATION ${package_dir})

# A module stands before those that it uses.
set(pkgconfig_libraries "")
foreach(module ${modules})
  string(PREPEND pkgconfig_libraries "-lhodhod_${module} ")
endforeach()
get_property(libraries GLOBAL PROPERTY HODHOD_MODULE_LIBRARIES)
list(REMOVE_DUPLICATES libraries)
foreach(library ${libraries})
  if(library STREQUAL "fmt::fmt")
    string(APPEND pkgconfig_libraries "-lfmt ")
  elseif(library STREQUAL "Threads::Threads")
    string(APPEND pkgconfig_libraries "-pthread ")
  else()
    string(APPEND pkgconfig_libraries "-l${library} ")
  endif()
endforeach()
# The prefix is found from where the file lies, so the installed tree may be moved.
file(RELATIVE_PATH pkgconfig_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/cmake/hodhod.pc.in ${PROJECT_BINARY_DIR}/hodhod.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/hodhod.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
