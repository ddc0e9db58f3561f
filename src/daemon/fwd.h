#pragma once

namespace vigie::daemon {
class Daemon;
}  // namespace vigie::daemon
