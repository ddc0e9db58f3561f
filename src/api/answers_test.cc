#include "api/answers.h"

#include <gtest/gtest.h>

namespace vigie::api {
namespace {

Event ack(uint64_t seq, std::string key, Millis at, std::string who = "ana") {
  return {.seq = {seq},
          .at = WallTime(at),
          .body = AckAsked{.incident = {1}, .who = std::move(who), .key = std::move(key)},
          .cause = {}};
}

bool knows(const Answers& answers, std::string_view who, std::string_view key, Millis at) {
  return answers.view("answers/" + scoped_key(who, key), WallTime(at)).is_object();
}

TEST(Answers, RemembersAKeyForADay) {
  Answers answers;
  answers.apply(ack(1, "k", 1h), WallTime(1h));
  EXPECT_TRUE(knows(answers, "ana", "k", 25h - 1ms));
  EXPECT_FALSE(knows(answers, "ana", "k", 25h));
  EXPECT_FALSE(knows(answers, "ben", "k", 1h));
  EXPECT_FALSE(knows(answers, "ana", "other", 1h));
}

TEST(Answers, AKeyTakenAgainAfterItsDayIsRememberedFromThen) {
  Answers answers;
  answers.apply(ack(1, "k", 0h), WallTime(0h));
  answers.apply(ack(2, "k", 30h), WallTime(30h));
  answers.apply(ack(3, "other", 31h), WallTime(31h));
  EXPECT_TRUE(knows(answers, "ana", "k", 31h));
}

TEST(Answers, IsBounded) {
  Answers answers;
  for (uint64_t i = 1; i <= Answers::kKeptMax + 5; ++i) {
    answers.apply(ack(i, "k" + std::to_string(i), 1h), WallTime(1h));
  }
  EXPECT_FALSE(knows(answers, "ana", "k5", 1h));
  EXPECT_TRUE(knows(answers, "ana", "k6", 1h));
}

TEST(Answers, KnowsWhatARequestMade) {
  Answers answers;
  const Event declared{.seq = {7},
                       .at = WallTime(1h),
                       .body = DeclareAsked{.title = "x", .who = "ana", .key = "k"},
                       .cause = {}};
  answers.apply(declared, declared.at);
  answers.apply(
      {.seq = {8}, .at = WallTime(1h), .body = IncidentOpened{.incident = {4}}, .cause = {7}},
      WallTime(1h));
  answers.apply(
      {.seq = {9}, .at = WallTime(1h), .body = IncidentOpened{.incident = {5}}, .cause = {6}},
      WallTime(1h));
  const json::value known = answers.view("answers/ana k", WallTime(1h));
  EXPECT_EQ(get_int(known.get_object(), "incident"), 4);

  Answers again;
  ASSERT_TRUE(again.restore(answers.snapshot()));
  EXPECT_EQ(to_text(again.snapshot()), to_text(answers.snapshot()));
}

TEST(Answers, TheKeyIsNoPartOfWhatIsAsked) {
  EXPECT_EQ(digest_of(ack(1, "a", 0h).body), digest_of(ack(1, "b", 0h).body));
  EXPECT_NE(digest_of(ack(1, "a", 0h).body), digest_of(ack(1, "a", 0h, "ben").body));
  EXPECT_EQ(digest_of(TimerDue{}), "");
}

}  // namespace
}  // namespace vigie::api
