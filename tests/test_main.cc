#include <gtest/gtest.h>

#include <csignal>

#include "base/assert.h"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  vigie::set_bugs_abort(true);
  return RUN_ALL_TESTS();
}
