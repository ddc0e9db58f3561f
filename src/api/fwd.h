#pragma once

namespace vigie::api {
class Api;
struct ApiDeps;
struct Call;
}  // namespace vigie::api
