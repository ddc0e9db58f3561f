#include "stage/faults.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log.h"

namespace vigie::stage {

namespace {

constexpr std::pair<FaultKind, std::string_view> kNames[] = {
    {FaultKind::hang, "hang"},     {FaultKind::crash, "crash"}, {FaultKind::slow, "slow"},
    {FaultKind::leak, "leak"},     {FaultKind::drop, "drop"},   {FaultKind::refuse, "refuse"},
    {FaultKind::poison, "poison"},
};

constexpr size_t kLeakMax = 256 << 20;
constexpr size_t kLeakPiece = 1 << 20;
constexpr Nanos kTurnMax = 30s;
constexpr Nanos kGlance = 20ms;

std::string names_of(std::span<const FaultKind> kinds) {
  std::string out;
  for (const FaultKind kind : kinds) {
    out += out.empty() ? "" : ", ";
    out += name_of(kind);
  }
  return out;
}

/// A number in [least, most] under `key`.
Result<double> number(const json::object& body, std::string_view key, double fallback, double least,
                      double most) {
  const json::value* value = body.if_contains(key);
  if (value == nullptr) { return fallback; }
  const double read = get_number(body, key, least - 1);
  if (!value->is_number() || read < least || read > most) {
    return error(Code::invalid, fmt::format("{} must be a number from {} to {}", key, least, most));
  }
  return read;
}

constexpr std::string_view kKeys[] = {"kind",  "ms",          "share", "mb_per_second",
                                      "topic", "for_seconds", "sticky"};

Status check_keys(const json::object& body) {
  for (const auto& [key, value] : body) {
    const std::string_view name = key;
    if (std::find(std::begin(kKeys), std::end(kKeys), name) != std::end(kKeys)) { continue; }
    return error(Code::invalid, fmt::format("unknown key \"{}\"", name));
  }
  return ok();
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) { return name; }
  }
  return "?";
}

Result<Fault> parse_fault(const json::object& body, std::span<const FaultKind> allowed) {
  VIGIE_CHECK(check_keys(body));
  const std::string wanted = get_string(body, "kind");
  std::optional<FaultKind> kind;
  for (const FaultKind each : allowed) {
    if (name_of(each) == wanted) { kind = each; }
  }
  if (!kind) {
    return error(Code::invalid, fmt::format("\"{}\" cannot befall this role: kind is one of {}",
                                            wanted, names_of(allowed)));
  }
  Fault out{.kind = *kind};
  VIGIE_TRY(const double ms, number(body, "ms", 500, 1, 60'000));
  VIGIE_TRY(out.share, number(body, "share", 1, 0, 1));
  VIGIE_TRY(out.mb_per_second, number(body, "mb_per_second", 10, 0.1, 256));
  VIGIE_TRY(const double lasts, number(body, "for_seconds", 0, 0, 86'400));
  out.delay = Millis{static_cast<int64_t>(ms)};
  out.lasts = Millis{static_cast<int64_t>(lasts * 1000)};
  out.topic = get_string(body, "topic");
  out.sticky = get_bool(body, "sticky");
  return out;
}

json::object to_json(const Fault& fault) {
  json::object out{{"kind", name_of(fault.kind)}};
  if (fault.kind == FaultKind::slow) { out["ms"] = fault.delay.count(); }
  if (fault.kind == FaultKind::drop) { out["share"] = fault.share; }
  if (fault.kind == FaultKind::leak) { out["mb_per_second"] = fault.mb_per_second; }
  if (fault.kind == FaultKind::poison) { out["topic"] = fault.topic; }
  if (fault.lasts > Millis{0}) { out["for_seconds"] = to_seconds(fault.lasts); }
  if (fault.sticky) { out["sticky"] = true; }
  return out;
}

Faults::Faults(Loop& loop, std::string state_file, std::function<void()> changed)
    : loop_(loop), state_file_(std::move(state_file)), changed_(std::move(changed)) {}

Faults::~Faults() {
  for (const auto& [kind, timer] : ends_) { loop_.cancel_timer(timer); }
  if (leaking_) { loop_.cancel_timer(*leaking_); }
}

void Faults::set(const Fault& fault) {
  set_.insert_or_assign(fault.kind, fault);
  keep();
  if (fault.kind == FaultKind::crash) {
    log::error("stage", "crashing, as asked");
    // A moment for the answer to leave; no destructor, no flush: as a crash would.
    loop_.call_at(loop_.clock().mono() + 20ms, [] { ::_exit(1); });
    return;
  }
  schedule_end(fault);
  if (fault.kind == FaultKind::leak && !leaking_) { leak(); }
  if (fault.kind == FaultKind::drop) { owed_ = 0; }
  changed_();
}

void Faults::schedule_end(const Fault& fault) {
  if (const auto old = ends_.find(fault.kind); old != ends_.end()) {
    loop_.cancel_timer(old->second);
    ends_.erase(old);
  }
  if (fault.lasts <= Millis{0}) { return; }
  const FaultKind kind = fault.kind;
  ends_[kind] = loop_.call_at(loop_.clock().mono() + fault.lasts, [this, kind] {
    ends_.erase(kind);
    clear(kind);
  });
}

void Faults::clear(FaultKind kind) {
  if (set_.erase(kind) == 0) { return; }
  if (const auto end = ends_.find(kind); end != ends_.end()) {
    loop_.cancel_timer(end->second);
    ends_.erase(end);
  }
  if (kind == FaultKind::leak) {
    if (leaking_) { loop_.cancel_timer(*leaking_); }
    leaking_.reset();
    leaked_.clear();
  }
  if (kind == FaultKind::slow) { free_at_ = {}; }
  keep();
  changed_();
}

void Faults::clear_all() {
  for (const auto& [kind, name] : kNames) { clear(kind); }
}

Status Faults::restore() {
  std::error_code ignored;
  if (state_file_.empty() || !std::filesystem::exists(state_file_, ignored)) { return ok(); }
  std::ifstream file(state_file_);
  std::stringstream text;
  text << file.rdbuf();
  VIGIE_TRY(const json::value parsed, parse_json(text.str()));
  if (!parsed.is_array()) { return error(Code::corrupt, state_file_ + " is no list of faults"); }
  std::vector<FaultKind> every;
  for (const auto& [kind, name] : kNames) { every.push_back(kind); }
  for (const json::value& each : parsed.get_array()) {
    if (!each.is_object()) { return error(Code::corrupt, state_file_ + " holds no fault"); }
    VIGIE_TRY(const Fault fault, parse_fault(each.get_object(), every));
    set(fault);
  }
  return ok();
}

void Faults::keep() const {
  if (state_file_.empty()) { return; }
  json::array sticky;
  for (const auto& [kind, fault] : set_) {
    if (fault.sticky) { sticky.push_back(to_json(fault)); }
  }
  std::error_code ignored;
  if (sticky.empty()) {
    std::filesystem::remove(state_file_, ignored);
    return;
  }
  std::ofstream(state_file_) << to_text(sticky) << '\n';
}

const Fault* Faults::find(FaultKind kind) const {
  const auto found = set_.find(kind);
  return found == set_.end() ? nullptr : &found->second;
}

std::vector<Fault> Faults::all() const {
  std::vector<Fault> out;
  for (const auto& [kind, fault] : set_) { out.push_back(fault); }
  return out;
}

bool Faults::loses() {
  const Fault* drop = find(FaultKind::drop);
  if (drop == nullptr) { return false; }
  owed_ += drop->share;
  if (owed_ < 0.999999) { return false; }
  owed_ -= 1;
  return true;
}

Task<Status> Faults::turn() {
  const Fault* slow = find(FaultKind::slow);
  if (slow == nullptr) { co_return ok(); }
  const MonoTime now = loop_.clock().mono();
  const MonoTime mine = std::max(now, free_at_) + slow->delay;
  if (mine > now + kTurnMax + slow->delay) {
    co_return error(Code::exhausted, "too many messages wait");
  }
  free_at_ = mine;
  Status slept = co_await loop_.sleep_until(mine);
  co_return slept;
}

Task<Status> Faults::while_hung(MonoTime deadline) {
  while (hung()) {
    const MonoTime now = loop_.clock().mono();
    if (now >= deadline) { co_return error(Code::timeout, "hung"); }
    Status slept = co_await loop_.sleep_until(std::min(deadline, now + kGlance));
    VIGIE_CO_CHECK(slept);
  }
  co_return ok();
}

void Faults::leak() {
  const Fault* leak = find(FaultKind::leak);
  if (leak == nullptr) { return; }
  if (leaked_.size() * kLeakPiece < kLeakMax) {
    leaked_.push_back(std::make_unique<char[]>(kLeakPiece));
    // Touched, or the kernel would not count it.
    std::memset(leaked_.back().get(), 0x5a, kLeakPiece);
  }
  const Nanos pause{static_cast<int64_t>(1e9 / leak->mb_per_second)};
  leaking_ = loop_.call_at(loop_.clock().mono() + pause, [this] { this->leak(); });
}

}  // namespace vigie::stage
