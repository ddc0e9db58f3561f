#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace vigie {

/// What the caller should do about a failure; the words are also those of JSON and logs.
enum class Code : uint8_t {
  invalid,      ///< The request or input is wrong; the same request fails again.
  not_found,    ///< The thing named does not exist.
  conflict,     ///< The thing is not in the state the request needs.
  denied,       ///< Credentials or rights are missing.
  timeout,      ///< The deadline passed before an answer.
  unavailable,  ///< The other side cannot answer now.
  exhausted,    ///< A limit was reached.
  corrupt,      ///< Stored bytes do not mean what they should.
  io,           ///< The operating system refused.
  cancelled,    ///< We gave up ourselves.
  bug,          ///< Vigie is wrong.
};

std::string_view name_of(Code code);

/// Whether trying the same thing again can help.
enum class Retry : uint8_t { never, later };

/// A failure as a sentence, from the outside in: "while loading rules/a.yml: 3:5: unknown key".
struct [[nodiscard]] Error {
  Code code = Code::bug;
  Retry retry = Retry::never;
  std::string what;

  /// Puts `clause` in front: "clause: what".
  Error context(std::string_view clause) &&;
};

/// Codes that usually pass by themselves (timeout, unavailable, exhausted, io) retry later.
Error error(Code code, std::string what);

/// A value or an Error; shaped like std::expected so that it can become an alias later.
template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    ASSERT(has_value(), "value() of an error: {}", error().what);
    return std::get<0>(held_);
  }
  const T& value() const& {
    ASSERT(has_value(), "value() of an error: {}", error().what);
    return std::get<0>(held_);
  }
  T&& value() && {
    ASSERT(has_value(), "value() of an error: {}", error().what);
    return std::move(std::get<0>(held_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return std::get<1>(held_); }
  Error& error() & { return std::get<1>(held_); }
  Error&& error() && { return std::move(std::get<1>(held_)); }

  T value_or(T fallback) && { return has_value() ? std::move(*this).value() : std::move(fallback); }

  /// Adds a clause to the error, if there is one.
  Result context(std::string_view clause) && {
    if (has_value()) { return std::move(*this); }
    return std::move(std::get<1>(held_)).context(clause);
  }

  template <class F>
  auto transform(F&& f) && -> Result<std::invoke_result_t<F, T&&>> {
    if (!has_value()) { return std::move(*this).error(); }
    return std::forward<F>(f)(std::move(*this).value());
  }
  template <class F>
  auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (!has_value()) { return std::move(*this).error(); }
    return std::forward<F>(f)(std::move(*this).value());
  }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { ASSERT(has_value(), "value() of an error: {}", error_->what); }
  const Error& error() const& { return *error_; }
  Error& error() & { return *error_; }
  Error&& error() && { return std::move(*error_); }
  Result context(std::string_view clause) && {
    if (has_value()) { return std::move(*this); }
    return std::move(*error_).context(clause);
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

/// The good Status, spelt out.
inline Status ok() {
  return {};
}

}  // namespace vigie

#define VIGIE_CAT_(a, b) a##b
#define VIGIE_CAT(a, b) VIGIE_CAT_(a, b)
#define VIGIE_UNIQUE_(stem) VIGIE_CAT(stem##_vigie_, __LINE__)

// Declaration forms only; statement expressions are miscompiled in coroutines (GCC PR 115851).
#define VIGIE_TRY_(ret, tmp, decl, expr)    \
  auto tmp = (expr);                        \
  if (!tmp) { ret std::move(tmp).error(); } \
  decl = *std::move(tmp)

/// VIGIE_TRY(auto body, read(path)); returns the error from the enclosing function.
#define VIGIE_TRY(decl, expr) VIGIE_TRY_(return, VIGIE_UNIQUE_(r), decl, expr)
/// The same in a coroutine; `expr` may contain one co_await.
#define VIGIE_CO_TRY(decl, expr) VIGIE_TRY_(co_return, VIGIE_UNIQUE_(r), decl, expr)

#define VIGIE_CHECK_(ret, tmp, expr) \
  auto tmp = (expr);                 \
  if (!tmp) { ret std::move(tmp).error(); }

/// VIGIE_CHECK(sync(file)); returns the error of a Status (or drops the value of a Result).
#define VIGIE_CHECK(expr) VIGIE_CHECK_(return, VIGIE_UNIQUE_(r), expr)
#define VIGIE_CO_CHECK(expr) VIGIE_CHECK_(co_return, VIGIE_UNIQUE_(r), expr)
