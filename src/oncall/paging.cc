#include "base/json.h"
#include "oncall/desk.h"
#include "oncall/page_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace vigie::oncall {

namespace {

constexpr std::string_view kPrefix = "page-";

Millis retry_delay(int64_t attempts) {
  Millis delay = kRetryFirst;
  for (int64_t i = 1; i < attempts && delay < kRetryMost; ++i) { delay *= 2; }
  return std::min(delay, kRetryMost);
}

/// What the notifier's shell adds to an outcome: {"retry": "never"|"later", "repeat": bool,
/// "maybe": bool, "key": "..."}.
struct Aside {
  bool may_retry = true;
  bool repeat = false;
  bool maybe = false;
  std::string key;  ///< Of what may have arrived.
};

Aside read_aside(const std::string& data) {
  Aside aside;
  const Result<json::value> value = parse_json(data.empty() ? "{}" : data);
  const json::object* object = value ? value->if_object() : nullptr;
  if (object == nullptr) { return aside; }
  aside.may_retry = get_string(*object, "retry", "later") != "never";
  aside.repeat = get_bool(*object, "repeat");
  aside.maybe = get_bool(*object, "maybe");
  aside.key = get_string(*object, "key");
  return aside;
}

}  // namespace

EffectId page_effect_id(PageId page, int64_t attempt) {
  if (attempt <= 1) { return {fmt::format("{}{}", kPrefix, page.value)}; }
  return {fmt::format("{}{}-{}", kPrefix, page.value, attempt)};
}

PageId page_of_effect(std::string_view id) {
  if (!id.starts_with(kPrefix)) { return {}; }
  id.remove_prefix(kPrefix.size());
  PageId page;
  const auto [stop, failure] = std::from_chars(id.data(), id.data() + id.size(), page.value);
  const bool whole = stop == id.data() + id.size() || *stop == '-';
  return failure == std::errc{} && whole ? page : PageId{};
}

void Desk::because(LedgerPage& page, std::string text) {
  if (page.because.size() >= kBecauseMax) { return; }
  page.because.push_back({.at = now_, .text = std::move(text)});
}

ReachedPerson& Desk::reached(Pursuit& p, const std::string& person, const std::string& channel) {
  const auto found = std::ranges::find(p.reached, person, &ReachedPerson::person);
  if (found != p.reached.end()) { return *found; }
  return p.reached.emplace_back(ReachedPerson{.person = person, .channel = channel});
}

void Desk::send_planned(Pursuit& p, const PlannedPage& planned) {
  const auto person = roster_.people.find(planned.person);
  if (person == roster_.people.end()) {
    return note(p, fmt::format("{} is no longer in the book and is not paged", planned.person));
  }
  const PageWords words = page_words(roster_, state_, p, planned.why, now_);
  queue_page(p, {.person = planned.person,
                 .channel = planned.channel,
                 .why = planned.why,
                 .subject = words.subject,
                 .text = words.text,
                 .level = planned.level,
                 .step = planned.step});
}

void Desk::queue_page(Pursuit& p, NewPage page) {
  const PageId id{static_cast<uint64_t>(state_.next_page++)};
  LedgerPage& entry = state_.pages[id];
  entry = LedgerPage{.id = id,
                     .incident = p.incident,
                     .person = page.person,
                     .channel = page.channel,
                     .address = roster_.people.at(page.person).address(page.channel),
                     .subject = std::move(page.subject),
                     .text = std::move(page.text),
                     .why = page.why,
                     .level = page.level,
                     .step = page.step,
                     .notice = page.notice,
                     .at = now_};
  explain(p, entry, page.cause);
  because(entry, fmt::format("{} over {}: {}", page.person, page.channel, page.why));
  index_.page_added(entry);
  p.open.push_back(id);
  reached(p, page.person, page.channel);
  attempt(p, entry);
}

/// Why there is this page, in the order in which it came about.
void Desk::explain(const Pursuit& p, LedgerPage& page, const std::string& cause) {
  std::vector<Reason>& out = page.because;
  out.push_back({.at = p.opened_at,
                 .text = fmt::format("incident {} opened: {}", p.incident.value, p.title)});
  if (p.back_at) { out.push_back({.at = *p.back_at, .text = "it is back"}); }
  for (size_t i = 0; i < p.tried.size(); ++i) {
    const WallTime at = i < p.tried_at.size() ? p.tried_at[i] : p.opened_at;
    out.push_back({.at = at, .text = "Vigie tried " + p.tried[i]});
  }
  if (!cause.empty()) {
    const bool ended = p.state == PursuitState::resolved && p.ended_at;
    out.push_back({.at = ended ? *p.ended_at : now_, .text = cause});
  } else if (!p.wanted.empty()) {
    out.push_back({.at = p.wanted_at, .text = "somebody is wanted: " + p.wanted});
  }
  std::ranges::stable_sort(out, {}, &Reason::at);
}

void Desk::attempt(Pursuit& p, LedgerPage& page) {
  ++page.attempts;
  page.in_flight = true;
  page.late = false;
  page.retry_at.reset();
  page.late_at = now_ + kReceiptWithin;
  if (!page.notice) { reached(p, page.person, page.channel).went_out = true; }
  because(page, fmt::format("attempt {} leaves", page.attempts));
  out_.say(PageQueued{.page = page.id,
                      .incident = page.incident,
                      .person = page.person,
                      .channel = page.channel,
                      .address = page.address,
                      .why = page.why,
                      .level = page.level,
                      .attempt = page.attempts});
  const auto person = roster_.people.find(page.person);
  out_.perform(page_effect_id(page.id, page.attempts),
               Page{.page = page.id,
                    .incident = page.incident,
                    .person = page.person,
                    .name = person == roster_.people.end() ? page.person : person->second.name,
                    .channel = page.channel,
                    .address = page.address,
                    .subject = page.subject,
                    .text = page.text,
                    .level = page.level,
                    .repeats = page.key});
}

void Desk::settled(const EffectSettled& fact) {
  const PageId id = page_of_effect(fact.effect.text);
  const auto found = state_.pages.find(id);
  if (!id || found == state_.pages.end()) { return; }
  LedgerPage& page = found->second;
  if (page.state != PageState::queued || !page.in_flight ||
      page_effect_id(id, page.attempts) != fact.effect) {
    return;
  }
  const Aside aside = read_aside(fact.data);
  page.in_flight = false;
  page.late_at.reset();
  page.repeat = page.repeat || aside.repeat || (!page.key.empty() && fact.outcome == Outcome::ok);
  page.detail = fact.detail;
  out_.say(PageSettled{.page = id,
                       .incident = page.incident,
                       .person = page.person,
                       .channel = page.channel,
                       .outcome = fact.outcome,
                       .detail = fact.detail});
  Pursuit* p = find(page.incident);
  if (fact.outcome == Outcome::ok) {
    page.sent_at = now_;
    because(page, fmt::format("accepted: {}", fact.detail));
    if (p == nullptr) {
      page.state = PageState::sent;
      index_.page_settled(id);
      return;
    }
    reached(*p, page.person, page.channel).channel = page.channel;
    return close(*p, page, PageState::sent, fact.detail);
  }
  because(page, fmt::format("attempt {} failed: {}", page.attempts, fact.detail));
  if (aside.maybe && page.key.empty()) {
    page.key = aside.key.empty() ? fact.effect.text : aside.key;
  }
  if (p == nullptr) {
    page.state = PageState::failed;
    index_.page_settled(id);
    return;
  }
  failed(*p, page, aside.may_retry);
}

void Desk::failed(Pursuit& p, LedgerPage& page, bool may_retry) {
  if (is_resting(p) && !page.notice) { return failed_at_rest(p, page, may_retry); }
  if (!is_wanted(p, page)) { return close(p, page, PageState::failed, page.detail); }
  const bool again = may_retry && page.attempts < kAttemptsMax;
  if (again) { page.retry_at = now_ + retry_delay(page.attempts); }
  const int64_t step = page.step;
  const std::string why = fmt::format("{} failed: {}", page.channel, page.detail);
  const std::string person = page.person;
  const bool notice = page.notice;
  if (!again) { close(p, page, PageState::failed, page.detail); }
  if (notice) { return; }
  open_next_channel(p, person, why);
  if (!again) { escalate_if_unreachable(p, step); }
}

/// What would happen now happens when the trouble is back.
void Desk::failed_at_rest(Pursuit& p, LedgerPage& page, bool may_retry) {
  const bool again = may_retry && page.attempts < kAttemptsMax;
  const int64_t step = page.step;
  if (again) { page.retry_at = now_ + retry_delay(page.attempts); }
  const auto next = std::ranges::find(p.planned, page.person, &PlannedPage::person);
  if (next != p.planned.end()) { next->at = std::min(next->at, now_); }
  if (again) { return; }
  close(p, page, PageState::failed, page.detail);
  if (p.stood == PursuitState::active && is_unreachable(p, step)) { p.level_due = now_; }
}

/// No receipt in time: the attempt may yet succeed, but nobody waits for it.
void Desk::went_late(Pursuit& p, LedgerPage& page) {
  page.late_at.reset();
  page.late = true;
  const std::string why =
      fmt::format("{} gave no receipt within {}", page.channel, format_duration(kReceiptWithin));
  because(page, why);
  if (!page.notice && is_wanted(p, page)) { open_next_channel(p, page.person, why); }
}

void Desk::close(Pursuit& p, LedgerPage& page, PageState state, const std::string& detail) {
  page.state = state;
  index_.page_settled(page.id);
  page.detail = detail;
  page.in_flight = false;
  page.retry_at.reset();
  page.late_at.reset();
  std::erase(p.open, page.id);
}

bool Desk::is_wanted(const Pursuit& p, const LedgerPage& page) const {
  return page.notice ? p.state != PursuitState::waiting : is_pursued(p);
}

/// The person's own next rule, without its delay.
void Desk::open_next_channel(Pursuit& p, const std::string& person, const std::string& why) {
  const auto next = std::ranges::find(p.planned, person, &PlannedPage::person);
  if (next == p.planned.end()) { return; }
  PlannedPage planned = *next;
  p.planned.erase(next);
  planned.why += ", at once because " + why;
  send_planned(p, planned);
}

/// Nobody of the step that is called was reached, and nothing of it is under way.
bool Desk::is_unreachable(const Pursuit& p, int64_t step) const {
  if (step != p.step) { return false; }
  for (const PlannedPage& planned : p.planned) {
    if (planned.step == step) { return false; }
  }
  for (const PageId id : index_.pages_of(p.incident)) {
    const LedgerPage& page = state_.pages.at(id);
    if (page.notice) { continue; }
    if (page.state == PageState::queued) { return false; }
    if (page.step == step && page.state == PageState::sent) { return false; }
  }
  return true;
}

void Desk::escalate_if_unreachable(Pursuit& p, int64_t step) {
  if (p.state != PursuitState::active || !is_unreachable(p, step)) { return; }
  note(p, fmt::format("nobody of {} could be reached, moving on", step_name(roster_, p)));
  move_on(p);
}

}  // namespace vigie::oncall
