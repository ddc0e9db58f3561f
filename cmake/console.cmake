# The console, built by npm into web/dist and embedded in the api room.
file(GLOB_RECURSE console_sources CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/web/src/* ${CMAKE_SOURCE_DIR}/web/index.html
  ${CMAKE_SOURCE_DIR}/web/public/* ${CMAKE_SOURCE_DIR}/web/package-lock.json)
set(console_out ${CMAKE_BINARY_DIR}/generated/console/console_files.gen.cc)
add_custom_command(OUTPUT ${console_out}
  COMMAND ${CMAKE_SOURCE_DIR}/tools/build-web
  COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/embed_console.py ${CMAKE_SOURCE_DIR}/web/dist
          ${CMAKE_BINARY_DIR}/generated/console
  DEPENDS ${console_sources} ${CMAKE_SOURCE_DIR}/tools/embed_console.py
  COMMENT "Embedding the console")
list(APPEND generated_api ${console_out})
