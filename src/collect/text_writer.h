#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace vigie::collect {

/// Writes Prometheus' text format 0.0.4: what collectors and probes produce and what the reader of
/// scrapes understands, so that both share one way into the store.
class TextWriter {
 public:
  using LabelView = std::pair<std::string_view, std::string_view>;
  using LabelList = std::initializer_list<LabelView>;

  /// The `# HELP` and `# TYPE` lines; `type` is "gauge", "counter", "untyped"...
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(std::string_view name, LabelList labels, double value);
  void sample(std::string_view name, double value) { sample(name, {}, value); }
  /// A family of one sample.
  void gauge(std::string_view name, std::string_view help, double value);
  void counter(std::string_view name, std::string_view help, double value);

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }
  bool empty() const { return text_.empty(); }

 private:
  std::string text_;
};

/// The shortest decimal that reads back as the same value; +Inf, -Inf, NaN.
void append_value(std::string& out, double value);
/// Escapes `\`, `"` and line feeds as label values need it.
void append_label_value(std::string& out, std::string_view value);

}  // namespace vigie::collect
