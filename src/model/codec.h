#pragma once

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "model/decider.h"
#include "model/labels.h"
#include "model/record.h"

/// Records to JSON and back, for the journal and for snapshots. Equal values give equal bytes.
namespace vigie {

template <class T>
concept Record = requires(const T& t) {
  T::kFieldNames;
  t.tie();
};

json::value encode_labels(const Labels& labels);
Result<Labels> decode_labels(const json::value& value);
/// As text, the shortest that reads back to the same bits, or "+Inf", "-Inf", "NaN": JSON readers
/// disagree about the last bit of a number, and a replay may not.
json::value encode_double(double value);
Result<double> decode_double(const json::value& value);
Error wrong_type(std::string_view wanted, const json::value& got);

namespace codec_detail {
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};
template <class T>
struct IsIdMap : std::false_type {};
template <class Tag, class T>
struct IsIdMap<std::map<Id<Tag>, T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};
}  // namespace codec_detail

template <class T>
json::value encode(const T& value);
template <class T>
Status decode_into(const json::value& value, T& out);

template <Record T>
json::value encode_record(const T& value) {
  json::object out;
  size_t index = 0;
  std::apply(
      [&](const auto&... field) { (out.emplace(T::kFieldNames[index++], encode(field)), ...); },
      value.tie());
  return out;
}

template <class T>
json::value encode(const T& value) {
  using namespace codec_detail;  // NOLINT
  if constexpr (Record<T>) {
    return encode_record(value);
  } else if constexpr (std::is_same_v<T, json::value>) {
    return value;
  } else if constexpr (std::is_same_v<T, Labels>) {
    return encode_labels(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    return json::value(value);
  } else if constexpr (std::is_enum_v<T>) {
    return json::value(word_of(value));
  } else if constexpr (std::is_integral_v<T>) {
    return json::value(static_cast<int64_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    return encode_double(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return json::value(value);
  } else if constexpr (std::is_same_v<T, WallTime>) {
    return json::value(to_millis(value));
  } else if constexpr (std::is_same_v<T, Millis>) {
    return json::value(static_cast<int64_t>(value.count()));
  } else if constexpr (IsId<T>::value) {
    return json::value(static_cast<int64_t>(value.value));
  } else if constexpr (IsOptional<T>::value) {
    return value ? encode(*value) : json::value(nullptr);
  } else if constexpr (IsVector<T>::value) {
    json::array out;
    for (const auto& item : value) { out.push_back(encode(item)); }
    return out;
  } else if constexpr (IsMap<T>::value) {
    json::object out;
    for (const auto& [key, item] : value) { out.emplace(key, encode(item)); }
    return out;
  } else if constexpr (IsIdMap<T>::value) {
    json::object out;
    for (const auto& [key, item] : value) { out.emplace(std::to_string(key.value), encode(item)); }
    return out;
  } else {
    static_assert(!sizeof(T), "no encoding for this type");
  }
}

template <class E>
Status decode_enum(const json::value& value, E& out) {
  if (!value.is_string()) { return wrong_type("a word", value); }
  const std::string_view text = view_of(value.get_string());
  for (size_t i = 0; i < EnumWords<E>::words.size(); ++i) {
    if (EnumWords<E>::words[i] == text) {
      out = static_cast<E>(i);
      return ok();
    }
  }
  return error(Code::corrupt, "unknown word \"" + std::string(text) + "\"");
}

template <Record T>
Status decode_record(const json::value& value, T& out) {
  const json::object* object = value.if_object();
  if (object == nullptr) { return wrong_type("an object", value); }
  Status status = ok();
  size_t index = 0;
  const auto one = [&](auto& field) {
    const std::string_view name = T::kFieldNames[index++];
    const json::value* found = object->if_contains(name);
    if (!status || found == nullptr) { return; }
    status = decode_into(*found, field).context(name);
  };
  std::apply([&](auto&... field) { (one(field), ...); }, out.tie());
  return status;
}

template <class T>
Status decode_number(const json::value& value, T& out) {
  if (value.is_int64()) {
    out = static_cast<T>(value.get_int64());
    return ok();
  }
  if (value.is_uint64()) {
    out = static_cast<T>(value.get_uint64());
    return ok();
  }
  return wrong_type("a whole number", value);
}

template <class T>
Status decode_into(const json::value& value, T& out) {
  using namespace codec_detail;  // NOLINT
  if constexpr (Record<T>) {
    return decode_record(value, out);
  } else if constexpr (std::is_same_v<T, json::value>) {
    out = value;
    return ok();
  } else if constexpr (std::is_same_v<T, Labels>) {
    VIGIE_TRY(out, decode_labels(value));
    return ok();
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_bool()) { return wrong_type("true or false", value); }
    out = value.get_bool();
    return ok();
  } else if constexpr (std::is_enum_v<T>) {
    return decode_enum(value, out);
  } else if constexpr (std::is_integral_v<T>) {
    return decode_number(value, out);
  } else if constexpr (std::is_floating_point_v<T>) {
    VIGIE_TRY(out, decode_double(value));
    return ok();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!value.is_string()) { return wrong_type("a text", value); }
    out = view_of(value.get_string());
    return ok();
  } else if constexpr (std::is_same_v<T, WallTime>) {
    int64_t millis = 0;
    VIGIE_CHECK(decode_number(value, millis));
    out = wall_from_millis(millis);
    return ok();
  } else if constexpr (std::is_same_v<T, Millis>) {
    int64_t millis = 0;
    VIGIE_CHECK(decode_number(value, millis));
    out = Millis{millis};
    return ok();
  } else if constexpr (IsId<T>::value) {
    return decode_number(value, out.value);
  } else if constexpr (IsOptional<T>::value) {
    if (value.is_null()) {
      out.reset();
      return ok();
    }
    return decode_into(value, out.emplace());
  } else if constexpr (IsVector<T>::value) {
    const json::array* array = value.if_array();
    if (array == nullptr) { return wrong_type("a list", value); }
    out.clear();
    for (const json::value& item : *array) { VIGIE_CHECK(decode_into(item, out.emplace_back())); }
    return ok();
  } else if constexpr (IsMap<T>::value || IsIdMap<T>::value) {
    const json::object* object = value.if_object();
    if (object == nullptr) { return wrong_type("an object", value); }
    out.clear();
    for (const auto& item : *object) {
      typename T::mapped_type decoded{};
      VIGIE_CHECK(decode_into(item.value(), decoded).context(item.key()));
      if constexpr (IsIdMap<T>::value) {
        out.emplace(typename T::key_type{std::stoull(std::string(item.key()))}, std::move(decoded));
      } else {
        out.emplace(std::string(item.key()), std::move(decoded));
      }
    }
    return ok();
  } else {
    static_assert(!sizeof(T), "no decoding for this type");
  }
}

template <class T>
Result<T> decode(const json::value& value) {
  T out{};
  VIGIE_CHECK(decode_into(value, out));
  return out;
}

// Events and effects as {"<kName>": {fields}}; compiled once, in codec.cc.
json::value encode_event_body(const EventBody& body);
Result<EventBody> decode_event_body(const json::value& value);
json::value encode_effect_body(const EffectBody& body);
Result<EffectBody> decode_effect_body(const json::value& value);
/// Every text in it as UTF-8, other bytes as U+FFFD: as the journal will give it back, so that what
/// is decided now is decided again when it is replayed.
void mend_texts(EventBody& body);
std::string_view name_of(const EventBody& body);
std::string_view name_of(const EffectBody& body);

}  // namespace vigie
