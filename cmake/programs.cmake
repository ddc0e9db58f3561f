# The programs: the binary itself, the rehearsal stage, the simulator, benchmarks and fuzzers.
# Each folder adds itself when it is there.
if(EXISTS ${CMAKE_SOURCE_DIR}/src/daemon/vigie_main.cc)
  add_executable(vigie src/daemon/vigie_main.cc)
  vigie_flags(vigie)
  target_link_libraries(vigie PRIVATE vigie_daemon)
  set_target_properties(vigie PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endif()
foreach(folder stage sim bench fuzz tests)
  if(EXISTS ${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${folder})
  endif()
endforeach()
