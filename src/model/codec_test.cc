#include "model/codec.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace vigie {
namespace {

template <size_t Index = 0>
void round_trip_every_event() {
  if constexpr (Index < std::variant_size_v<EventBody>) {
    const EventBody body{std::in_place_index<Index>};
    const json::value encoded = encode_event_body(body);
    const auto decoded = decode_event_body(encoded);
    ASSERT_TRUE(decoded) << decoded.error().what;
    EXPECT_EQ(decoded->index(), Index);
    EXPECT_EQ(to_text(encode_event_body(*decoded)), to_text(encoded));
    round_trip_every_event<Index + 1>();
  }
}

TEST(Codec, EveryEventKindSurvivesARoundTrip) {
  round_trip_every_event();
}

constexpr std::string_view kBad = "bo\xeete \xff";
constexpr std::string_view kMended = "bo\xEF\xBF\xBDte \xEF\xBF\xBD";

/// An event of a kind whose texts, keys and labels are all of the same bytes.
template <class T>
void spoil(T& value) {
  using namespace codec_detail;  // NOLINT
  if constexpr (Record<T>) {
    if constexpr (!T::kFieldNames.empty()) {
      std::apply([](auto&... field) { (spoil(field), ...); }, value.tie());
    }
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = kBad;
  } else if constexpr (std::is_same_v<T, Labels>) {
    value.set("a", std::string(kBad));
    value.set(std::string(kBad), "b");
  } else if constexpr (IsOptional<T>::value) {
    spoil(value.emplace());
  } else if constexpr (IsVector<T>::value) {
    spoil(value.emplace_back());
  } else if constexpr (IsMap<T>::value) {
    spoil(value[std::string(kBad)]);
  }
}

template <size_t Index = 0>
void mend_every_event() {
  if constexpr (Index < std::variant_size_v<EventBody>) {
    EventBody body{std::in_place_index<Index>};
    spoil(std::get<Index>(body));
    const json::value spoilt = encode_event_body(body);
    mend_texts(body);
    // What is journaled and what was decided about are the same, before and after a replay.
    const std::string text = json::serialize(encode_event_body(body));
    const auto read = parse_json(text);
    ASSERT_TRUE(read) << name_of(body) << ": " << read.error().what;
    EXPECT_EQ(text, to_text(spoilt));
    const auto decoded = decode_event_body(*read);
    ASSERT_TRUE(decoded) << decoded.error().what;
    EXPECT_EQ(to_text(encode_event_body(*decoded)), text);
    mend_every_event<Index + 1>();
  }
}

TEST(Codec, MendsTextsThatAreNotUtf8InEveryEventKind) {
  mend_every_event();
  EventBody body = NoteAsked{.note = std::string(kBad)};
  mend_texts(body);
  EXPECT_EQ(std::get<NoteAsked>(body).note, kMended);
}

TEST(Codec, KeepsLabelsNumbersAndTimes) {
  const AlertFired fired{.fingerprint = "00ff",
                         .labels = {{"alertname", "Down"}, {"job", "db"}},
                         .annotations = {{"summary", "é \"quoted\"\n"}},
                         .value = HUGE_VAL,
                         .active_at = wall_from_millis(1'700'000'000'123)};
  const auto decoded = decode<AlertFired>(*parse_json(to_text(encode(fired))));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->labels, fired.labels);
  EXPECT_EQ(decoded->annotations, fired.annotations);
  EXPECT_EQ(decoded->value, fired.value);
  EXPECT_EQ(decoded->active_at, fired.active_at);
}

TEST(Codec, SaysWhereARecordIsWrong) {
  const auto decoded =
      decode_event_body(*parse_json(R"({"health_changed": {"health": "sleepy"}})"));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().what, "health_changed: health: unknown word \"sleepy\"");
}

TEST(Codec, RefusesKindsOfALaterVersion) {
  const auto decoded = decode_event_body(*parse_json(R"({"moon_rose": {}})"));
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Code::corrupt);
}

}  // namespace
}  // namespace vigie
