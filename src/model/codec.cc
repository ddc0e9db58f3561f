#include "model/codec.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf8.h"

namespace vigie {

Error wrong_type(std::string_view wanted, const json::value& got) {
  return error(Code::corrupt, fmt::format("expected {}, found {}", wanted,
                                          std::string(json::to_string(got.kind()))));
}

json::value encode_labels(const Labels& labels) {
  json::object out;
  for (const auto& [name, value] : labels) { out.emplace(name, value); }
  return out;
}

Result<Labels> decode_labels(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) { return wrong_type("labels", value); }
  std::vector<Labels::Pair> pairs;
  pairs.reserve(object->size());
  for (const auto& item : *object) {
    if (!item.value().is_string()) { return wrong_type("a label's text", item.value()); }
    pairs.emplace_back(std::string(item.key()), std::string(view_of(item.value().get_string())));
  }
  return Labels(std::move(pairs));
}

json::value encode_double(double value) {
  if (std::isnan(value)) { return json::value("NaN"); }
  if (std::isinf(value)) { return json::value(value > 0 ? "+Inf" : "-Inf"); }
  std::array<char, 32> text{};
  const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), value);
  ASSERT(failure == std::errc{}, "a double takes more than 32 characters");
  return json::value(std::string_view(text.data(), static_cast<size_t>(end - text.data())));
}

Result<double> decode_double(const json::value& value) {
  if (value.is_double()) { return value.get_double(); }
  if (value.is_int64()) { return static_cast<double>(value.get_int64()); }
  if (value.is_uint64()) { return static_cast<double>(value.get_uint64()); }
  if (!value.is_string()) { return wrong_type("a number", value); }
  const std::string_view text = view_of(value.get_string());
  if (text == "NaN") { return std::nan(""); }
  if (text == "+Inf") { return HUGE_VAL; }
  if (text == "-Inf") { return -HUGE_VAL; }
  double out = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failure != std::errc{} || end != text.data() + text.size()) {
    return wrong_type("a number", value);
  }
  return out;
}

namespace {

template <class Variant>
json::value encode_variant(const Variant& body) {
  return std::visit(
      [](const auto& held) -> json::value {
        json::object out;
        out.emplace(std::decay_t<decltype(held)>::kName, encode(held));
        return out;
      },
      body);
}

template <class Variant, size_t Index = 0>
Result<Variant> decode_variant(std::string_view name, const json::value& fields) {
  if constexpr (Index == std::variant_size_v<Variant>) {
    return error(Code::corrupt, fmt::format("unknown kind \"{}\"", name));
  } else {
    using Held = std::variant_alternative_t<Index, Variant>;
    if (Held::kName != name) { return decode_variant<Variant, Index + 1>(name, fields); }
    auto held = decode<Held>(fields);
    if (!held) { return std::move(held).error().context(name); }
    return Variant(*std::move(held));
  }
}

template <class Variant>
Result<Variant> decode_named(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr || object->size() != 1) { return wrong_type("one named record", value); }
  return decode_variant<Variant>(object->begin()->key(), object->begin()->value());
}

}  // namespace

namespace {

void mend(std::string& text) {
  if (!is_utf8(text)) { text = repaired_utf8(std::move(text)); }
}

void mend(Labels& labels) {
  const auto good = [](const Labels::Pair& pair) {
    return is_utf8(pair.first) && is_utf8(pair.second);
  };
  if (std::all_of(labels.begin(), labels.end(), good)) { return; }
  Labels out;
  for (const auto& [name, value] : labels) { out.set(repaired_utf8(name), repaired_utf8(value)); }
  labels = std::move(out);
}

template <class T>
void mend_any(T& value) {
  using namespace codec_detail;  // NOLINT
  static_assert(!std::is_same_v<T, json::value>, "no event holds JSON; mend it here if one will");
  if constexpr (Record<T>) {
    if constexpr (!T::kFieldNames.empty()) {
      std::apply([](auto&... field) { (mend_any(field), ...); }, value.tie());
    }
  } else if constexpr (IsOptional<T>::value) {
    if (value) { mend_any(*value); }
  } else if constexpr (IsVector<T>::value) {
    for (auto& item : value) { mend_any(item); }
  } else if constexpr (IsMap<T>::value) {
    T out;
    for (auto& [key, item] : value) {
      mend_any(item);
      out.emplace(repaired_utf8(key), std::move(item));
    }
    value = std::move(out);
  } else if constexpr (requires { mend(value); }) {
    mend(value);
  }
}

}  // namespace

void mend_texts(EventBody& body) {
  std::visit([](auto& held) { mend_any(held); }, body);
}

json::value encode_event_body(const EventBody& body) {
  return encode_variant(body);
}
Result<EventBody> decode_event_body(const json::value& value) {
  return decode_named<EventBody>(value);
}
json::value encode_effect_body(const EffectBody& body) {
  return encode_variant(body);
}
Result<EffectBody> decode_effect_body(const json::value& value) {
  return decode_named<EffectBody>(value);
}

std::string_view name_of(const EventBody& body) {
  return std::visit([](const auto& held) { return std::decay_t<decltype(held)>::kName; }, body);
}
std::string_view name_of(const EffectBody& body) {
  return std::visit([](const auto& held) { return std::decay_t<decltype(held)>::kName; }, body);
}

}  // namespace vigie
