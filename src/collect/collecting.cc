#include "collect/collecting.h"

#include <fmt/core.h>

#include "base/log.h"
#include "collect/tables.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;
using config::Settings;

constexpr Field kCommon[] = {
    {.name = "every",
     .type = FieldType::duration,
     .help = "time between two collections",
     .fallback = "15s",
     .least = 1},
    {.name = "enabled",
     .type = FieldType::boolean,
     .help = "false switches it off",
     .fallback = "true"},
};

}  // namespace

std::span<const Field> collector_fields() {
  return kCommon;
}

std::vector<CollectorEntry> read_collectors(const config::Node& root,
                                            const CollectorContext& context,
                                            config::Problems& problems) {
  std::vector<CollectorEntry> out;
  const config::Node section = root["collectors"];
  std::vector<std::string_view> names;
  for (const CollectorKind* kind : collector_kinds()) { names.push_back(kind->name); }
  for (const auto& [name, node] : section.entries()) {
    bool known = false;
    for (const std::string_view kind : names) { known |= kind == name.text(); }
    if (known) { continue; }
    problems.error(name.place(), fmt::format("there is no collector \"{}\"", name.shown()),
                   config::did_you_mean(name.text(), std::span<const std::string_view>(names)));
  }
  for (const CollectorKind* kind : collector_kinds()) {
    const config::Node node = section[kind->name];
    const bool written = section.has(kind->name);
    if (!written && !kind->on_by_default) { continue; }
    // `host: false` is short for switching it off.
    if (node.is_scalar() && (node.text() == "false" || node.text() == "off")) { continue; }
    const size_t before = problems.errors();
    const Settings settings =
        Settings::read(node.is_scalar() ? config::Node() : node, kCommon, kind->fields, problems);
    if (problems.errors() != before || !settings.boolean("enabled")) { continue; }
    if (kind->make(settings, context, problems) == nullptr || problems.errors() != before) {
      continue;
    }
    out.push_back({kind, settings.duration("every"), node, to_text(node.to_json())});
  }
  return out;
}

/// One collector at its pace.
class Collecting::Round final : public Job {
 public:
  Round(Collecting& owner, CollectorEntry entry, std::unique_ptr<Collector> collector)
      : owner_(owner),
        entry_(std::move(entry)),
        collector_(std::move(collector)),
        target_(Labels{{"job", std::string(entry_.kind->name)}, {"instance", owner.instance_}},
                owner.sink_) {}

  Pace pace() const override {
    return {.every = entry_.every, .seed = target_.labels().hash(), .at_once = true};
  }
  Task<void> round(WallTime at) override {
    const Clock& clock = owner_.loop_.clock();
    const MonoTime began = clock.mono();
    TextWriter text;
    const Status collected = collector_->collect(at, text);
    if (!collected) {
      log::warn("collect", "collector {}: {}", entry_.kind->name, collected.error().what);
    }
    target_.accept_reported(text.text(), collected.has_value(), clock.mono() - began, at);
    co_return;
  }
  void ended(WallTime at) override { target_.end(at); }
  const std::string& text() const { return entry_.text; }

 private:
  Collecting& owner_;
  const CollectorEntry entry_;
  const std::unique_ptr<Collector> collector_;
  TextTarget target_;
};

Collecting::Collecting(Loop& loop, Rounds& rounds, CollectorContext context, std::string instance,
                       SampleSink sink)
    : loop_(loop),
      rounds_(rounds),
      context_(std::move(context)),
      instance_(std::move(instance)),
      sink_(std::move(sink)) {}

Collecting::~Collecting() = default;

void Collecting::adopt(std::vector<CollectorEntry> entries) {
  auto before = std::exchange(running_, {});
  for (CollectorEntry& entry : entries) {
    const std::string name(entry.kind->name);
    const auto known = before.find(name);
    const bool same = known != before.end() && known->second->text() == entry.text;
    if (same) {
      running_[name] = std::move(known->second);
      before.erase(known);
      continue;
    }
    config::Problems ignored;
    const Settings settings = Settings::trust(entry.settings, kCommon, entry.kind->fields);
    auto collector = entry.kind->make(settings, context_, ignored);
    if (collector == nullptr) { continue; }
    running_[name] = std::make_shared<Round>(*this, std::move(entry), std::move(collector));
    rounds_.start("collector/" + name, running_[name]);
    if (known != before.end()) { before.erase(known); }
  }
  for (const auto& [name, round] : before) { rounds_.end("collector/" + name); }
}

}  // namespace vigie::collect
