#include "collect/health.h"

#include <gtest/gtest.h>

namespace vigie::collect {
namespace {

WallTime at(int seconds) {
  return wall_from_millis(seconds * 1000);
}

TEST(HealthState, TurnsUnhealthyAfterItsRetriesOnly) {
  HealthState state({.retries = 3}, at(0));
  EXPECT_FALSE(state.look(false, "refused", at(1)));
  EXPECT_FALSE(state.look(false, "refused", at(2)));
  EXPECT_EQ(state.health(), Health::unknown);
  EXPECT_TRUE(state.look(false, "refused", at(3)));
  EXPECT_EQ(state.health(), Health::unhealthy);
  EXPECT_EQ(state.why(), "refused");
  EXPECT_FALSE(state.look(false, "hung", at(4)));
  EXPECT_EQ(state.why(), "hung");
  EXPECT_TRUE(state.look(true, "200", at(5)));
  EXPECT_EQ(state.health(), Health::healthy);
}

TEST(HealthState, ASuccessBetweenFailuresStartsTheCountAgain) {
  HealthState state({.retries = 2}, at(0));
  EXPECT_TRUE(state.look(true, "", at(1)));
  EXPECT_FALSE(state.look(false, "x", at(2)));
  EXPECT_FALSE(state.look(true, "", at(3)));
  EXPECT_FALSE(state.look(false, "x", at(4)));
  EXPECT_TRUE(state.look(false, "x", at(5)));
}

TEST(HealthState, TheStartPeriodForgivesUntilTheFirstSuccess) {
  HealthState state({.retries = 1, .start_period = 30s}, at(0));
  state.restart(at(0));
  EXPECT_TRUE(state.forgives(at(29)));
  EXPECT_FALSE(state.look(false, "refused", at(29)));
  EXPECT_EQ(state.health(), Health::starting);
  EXPECT_TRUE(state.look(true, "", at(29)));
  EXPECT_FALSE(state.forgives(at(29)));
  EXPECT_TRUE(state.look(false, "refused", at(29))) << "it was healthy since the start";
  state.restart(at(100));
  EXPECT_FALSE(state.look(false, "refused", at(129)));
  EXPECT_TRUE(state.look(false, "refused", at(130))) << "the period ends before its last instant";
}

}  // namespace
}  // namespace vigie::collect
