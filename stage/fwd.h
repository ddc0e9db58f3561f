#pragma once

namespace vigie::stage {
class Courier;
class Faults;
class Kafka;
class Metrics;
class Options;
class Role;
class Seen;
class Stage;
struct RoleKind;
}  // namespace vigie::stage
