#include <algorithm>

#include "net/net.h"
#include "net/text.h"

namespace vigie::net {

void Headers::add(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string_view name, std::string value) {
  const auto is_it = [&](const auto& field) { return same_text(field.first, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), is_it);
  if (first == fields_.end()) {
    add(std::string(name), std::move(value));
    return;
  }
  first->second = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), is_it), fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const auto& field) { return same_text(field.first, name); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (same_text(key, name)) { return value; }
  }
  return {};
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [key, value] : fields_) {
    if (same_text(key, name)) { out.push_back(value); }
  }
  return out;
}

bool Headers::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const auto& field) { return same_text(field.first, name); });
}

std::string_view HttpRequest::param(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) { return value; }
  }
  return {};
}

HttpReply text_reply(int status, std::string body, std::string content_type) {
  HttpReply out{.status = status, .body = std::move(body)};
  out.headers.add("Content-Type", std::move(content_type));
  return out;
}

HttpReply json_reply(int status, std::string body) {
  return text_reply(status, std::move(body), "application/json");
}

}  // namespace vigie::net
