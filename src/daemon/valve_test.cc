#include "daemon/valve.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigie::daemon {
namespace {

class ValveTest : public testing::Test {
 protected:
  void rose(const std::string& rule, double value = 1) {
    valve_.pass(ConditionRose{.rule = rule, .value = value});
  }
  void fell(const std::string& rule) { valve_.pass(ConditionFell{.rule = rule}); }
  void flow(Flow flow) { valve_.pass(StageFlowChanged{.chain = "c", .stage = "s", .flow = flow}); }

  std::vector<EventBody> out_;
  Valve valve_{[this](EventBody event) { out_.push_back(std::move(event)); }};
};

TEST_F(ValveTest, LetsEverythingThroughWhileOpen) {
  rose("a");
  flow(Flow::alive);
  fell("a");
  EXPECT_EQ(out_.size(), 3u);
}

TEST_F(ValveTest, WhatEndsWhileItIsHeldNeverHappened) {
  flow(Flow::alive);
  rose("old");
  out_.clear();
  valve_.hold();
  rose("a");
  fell("a");
  fell("old");
  rose("old");
  flow(Flow::unknown);
  flow(Flow::alive);
  EXPECT_TRUE(out_.empty());
  valve_.release();
  EXPECT_TRUE(out_.empty());
  flow(Flow::dead);
  EXPECT_EQ(out_.size(), 1u) << "open again";
}

TEST_F(ValveTest, WhatIsStillTrueGoesOnOnceWithItsNewestWords) {
  valve_.hold();
  rose("a", 1);
  valve_.pass(ConditionUpdated{.rule = "a", .value = 2});
  flow(Flow::unknown);
  flow(Flow::dead);
  valve_.release();
  ASSERT_EQ(out_.size(), 2u);
  const auto* first = std::get_if<ConditionRose>(&out_[0]);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->value, 2);
  const auto* second = std::get_if<StageFlowChanged>(&out_[1]);
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->flow, Flow::dead);
}

TEST_F(ValveTest, OtherEventsAreNotItsBusiness) {
  valve_.hold();
  valve_.pass(HealthChanged{});
  EXPECT_EQ(out_.size(), 1u);
}

}  // namespace
}  // namespace vigie::daemon
