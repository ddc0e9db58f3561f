#include <fmt/core.h>

#include <filesystem>
#include <sstream>

#include "base/disk.h"
#include "journal/checksum.h"
#include "journal/journal.h"
#include "model/codec.h"

namespace vigie::journal {

namespace {

constexpr size_t kPageSize = 1'000;
constexpr size_t kFileMax = size_t{4} << 30;
constexpr std::string_view kSumMark = "{\"sha256\":";

std::string event_line(const Event& event) {
  json::object line;
  line["seq"] = event.seq.value;
  line["at"] = to_millis(event.at);
  line["cause"] = event.cause.value;
  line["event"] = encode_event_body(event.body);
  return to_text(line) + "\n";
}

std::string effect_line(const PendingEffect& pending) {
  json::object line;
  line["pending"] = pending.effect.id.text;
  line["seq"] = pending.seq.value;
  line["attempts"] = pending.attempts;
  line["effect"] = encode_effect_body(pending.effect.body);
  return to_text(line) + "\n";
}

Status add_lines(Backend& backend, std::string& out, Exported& counted) {
  json::object head;
  head["vigie_journal"] = kSchemaVersion;
  head["instance"] = backend.instance();
  out = to_text(head) + "\n";
  Seq after;
  while (true) {
    VIGIE_TRY(const std::vector<Event> page, backend.events_after(after, kPageSize));
    for (const Event& event : page) { out += event_line(event); }
    counted.events += page.size();
    if (page.size() < kPageSize) { break; }
    after = page.back().seq;
  }
  VIGIE_TRY(const std::vector<PendingEffect> pending, backend.pending());
  for (const PendingEffect& effect : pending) {
    if (effect.damage.empty()) { out += effect_line(effect); }
  }
  counted.owed = pending.size();
  return ok();
}

// What a newer release has written may mean what we do not know: better none of it than a part.
Status check_head(const json::object& head) {
  const int64_t version = get_int(head, "vigie_journal", -1);
  if (version < 1) {
    return error(Code::corrupt, "the first line does not say which journal version it is");
  }
  if (version > kSchemaVersion) {
    return error(Code::conflict,
                 fmt::format("the export is of journal version {}, this release reads up to {}; "
                             "restore it with the release that made it, or a newer one",
                             version, kSchemaVersion));
  }
  return ok();
}

Status read_line(const json::object& line, Batch& batch, Batch& attempts) {
  if (const json::value* body = line.if_contains("event")) {
    VIGIE_TRY(EventBody decoded, decode_event_body(*body));
    batch.events.push_back({.seq = {static_cast<uint64_t>(get_int(line, "seq"))},
                            .at = wall_from_millis(get_int(line, "at")),
                            .body = std::move(decoded),
                            .cause = {static_cast<uint64_t>(get_int(line, "cause"))}});
    return ok();
  }
  if (const json::value* body = line.if_contains("effect")) {
    VIGIE_TRY(EffectBody decoded, decode_effect_body(*body));
    const EffectId id{get_string(line, "pending")};
    batch.effects.push_back({id, std::move(decoded)});
    for (int64_t i = 1; i < get_int(line, "attempts", 1); ++i) { attempts.attempted.push_back(id); }
    return ok();
  }
  return error(Code::corrupt, "neither event nor effect");
}

}  // namespace

Result<Exported> export_to(Backend& backend, const std::string& path) {
  // It is put in the place of what is there: a device or a link would be gone.
  std::error_code unreadable;
  const auto there = std::filesystem::symlink_status(path, unreadable);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {
    return error(Code::invalid, path + " is not a regular file: name another");
  }
  Exported out;
  std::string text;
  VIGIE_CHECK(backend.at_one_moment([&] { return add_lines(backend, text, out); }));
  out.sha256 = sha256_hex(text);
  text += fmt::format("{}\"{}\"}}\n", kSumMark, out.sha256);
  VIGIE_CHECK(real_disk().write_file_atomic(path, text, 0600));
  return out;
}

Result<Exported> import_from(Backend& backend, const std::string& path) {
  VIGIE_TRY(const Seq newest, backend.newest_seq());
  if (newest) { return error(Code::conflict, "the journal is not empty; import into a new one"); }
  VIGIE_TRY(const std::string text, real_disk().read_file(path, kFileMax));
  const size_t mark = text.rfind(kSumMark);
  Exported out;
  if (mark != std::string::npos) { out.sha256 = sha256_hex(text.substr(0, mark)); }
  if (mark == std::string::npos ||
      text.substr(mark + kSumMark.size()) != "\"" + out.sha256 + "\"}\n") {
    return error(Code::corrupt, path + ": its SHA-256 line is missing or wrong");
  }
  Batch batch;
  Batch attempts;
  std::istringstream lines(text.substr(0, mark));
  std::string line;
  for (size_t number = 1; std::getline(lines, line); ++number) {
    auto parsed = parse_json(line);
    if (!parsed || !parsed->is_object()) {
      return error(Code::corrupt, fmt::format("{}:{}: not a JSON object", path, number));
    }
    const json::object& object = parsed->get_object();
    Status read = number == 1 ? check_head(object) : read_line(object, batch, attempts);
    VIGIE_CHECK(std::move(read).context(fmt::format("{}:{}", path, number)));
  }
  out.events = batch.events.size();
  out.owed = batch.effects.size();
  const std::array<Batch, 2> both{std::move(batch), std::move(attempts)};
  VIGIE_CHECK(backend.append(both));
  return out;
}

}  // namespace vigie::journal
