#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/labels.h"

namespace vigie::alerting {

/// What a template computes with: Go's untyped data, as far as alert templates see it.
/// Cheap to copy: lists and maps are shared and immutable.
class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value>;

  Value() = default;
  Value(bool b) : held_(b) {}                                                 // NOLINT
  Value(int64_t i) : held_(i) {}                                              // NOLINT
  Value(int i) : held_(int64_t{i}) {}                                         // NOLINT
  Value(double d) : held_(d) {}                                               // NOLINT
  Value(std::string s) : held_(std::move(s)) {}                               // NOLINT
  Value(const char* s) : held_(std::string(s)) {}                             // NOLINT
  Value(WallTime t) : held_(t) {}                                             // NOLINT
  Value(List list) : held_(std::make_shared<const List>(std::move(list))) {}  // NOLINT
  Value(Map map) : held_(std::make_shared<const Map>(std::move(map))) {}      // NOLINT
  static Value of_labels(const Labels& labels);
  static Value of_strings(const std::map<std::string, std::string>& strings);

  bool is_none() const { return std::holds_alternative<std::monostate>(held_); }
  const bool* boolean() const { return std::get_if<bool>(&held_); }
  const int64_t* integer() const { return std::get_if<int64_t>(&held_); }
  const double* number() const { return std::get_if<double>(&held_); }
  const std::string* text() const { return std::get_if<std::string>(&held_); }
  const WallTime* time() const { return std::get_if<WallTime>(&held_); }
  const List* list() const;
  const Map* map() const;

  /// Go's truth: not zero, not empty.
  bool truth() const;
  /// As Go's fmt prints it with %v.
  std::string print() const;
  /// "int", "float64", "string": for messages.
  std::string_view type_name() const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, WallTime,
               std::shared_ptr<const List>, std::shared_ptr<const Map>>
      held_;
};

/// As Go prints a float64 with %v: shortest digits, exponent below 1e-4 and from 1e21.
std::string go_float(double v);
/// "2026-01-05 09:00:00 +0000 UTC".
std::string go_time(WallTime t);
/// By one of Go's layouts ("2006-01-02 15:04"), in UTC.
std::string go_time_layout(WallTime t, std::string_view layout);

}  // namespace vigie::alerting
