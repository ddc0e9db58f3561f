#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::collect {

/// The content of a small file of /proc or /sys, at most 4 MiB; nothing when it cannot be read.
std::optional<std::string> read_proc(const std::string& path);
/// The same without the closing line feed; "" when it cannot be read.
std::string read_proc_line(const std::string& path);
/// Lines without their line feeds; views into `text`.
std::vector<std::string_view> lines_of(std::string_view text);
/// Words between blanks; views into `text`.
std::vector<std::string_view> words_of(std::string_view text);
/// 0 when it is no number.
double number_of(std::string_view text);

}  // namespace vigie::collect
