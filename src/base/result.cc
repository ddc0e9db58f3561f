#include "base/result.h"

namespace vigie {

std::string_view name_of(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::not_found:
      return "not_found";
    case Code::conflict:
      return "conflict";
    case Code::denied:
      return "denied";
    case Code::timeout:
      return "timeout";
    case Code::unavailable:
      return "unavailable";
    case Code::exhausted:
      return "exhausted";
    case Code::corrupt:
      return "corrupt";
    case Code::io:
      return "io";
    case Code::cancelled:
      return "cancelled";
    case Code::bug:
      return "bug";
  }
  return "bug";
}

Error Error::context(std::string_view clause) && {
  what.insert(0, ": ");
  what.insert(0, clause);
  return std::move(*this);
}

Error error(Code code, std::string what) {
  const bool passes = code == Code::timeout || code == Code::unavailable ||
                      code == Code::exhausted || code == Code::io;
  return {.code = code, .retry = passes ? Retry::later : Retry::never, .what = std::move(what)};
}

}  // namespace vigie
