#include "model/codec.h"

#include <gtest/gtest.h>

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
