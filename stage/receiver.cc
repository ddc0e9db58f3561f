#include "stage/receiver.h"

namespace vigie::stage {

Task<net::HttpReply> Receiver::handle(net::HttpRequest request) {
  if (request.method != "POST" || request.path != path_) {
    co_return refuse(404, "not_found", "POST " + path_);
  }
  const Result<json::object> body = body_of(request);
  if (!body) { co_return refuse(400, "invalid", body.error().what); }
  const std::string kind = get_string(*body, "kind", "unknown").substr(0, 40);
  stage_.count_in("kind", kind);
  std::optional<net::HttpReply> stopped = co_await stage_.admit();
  if (stopped) { co_return *std::move(stopped); }
  stage_.count_out("kind", kind);
  stage_.seen().add(get_string(*body, "id"), stage_.wall());
  co_return reply_json(202, json::object{{"accepted", true}});
}

}  // namespace vigie::stage
