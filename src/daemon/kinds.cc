#include "daemon/kinds.h"

#include "collect/collector_kind.h"
#include "collect/probe_kind.h"
#include "config/config.h"
#include "journal/backend_kind.h"
#include "oncall/notifier_kind.h"
#include "runbook/executor_kind.h"
#include "supervise/runtime_kind.h"

namespace vigie::daemon {

namespace {

template <class Kind>
json::object described(const Kind& kind, std::string_view example) {
  json::object out;
  out["name"] = kind.name;
  out["summary"] = kind.summary;
  if constexpr (requires { kind.fields; }) {
    out["fields"] = config::describe(kind.fields);
  } else {
    out["fields"] = json::array();
  }
  out["example"] = example;
  return out;
}

template <class Kind>
json::object family(std::string_view name, std::span<const Kind* const> kinds) {
  json::array list;
  for (const Kind* kind : kinds) {
    if constexpr (requires { kind->example; }) {
      list.push_back(described(*kind, kind->example));
    } else {
      list.push_back(described(*kind, ""));
    }
  }
  return {{"family", name}, {"kinds", std::move(list)}};
}

}  // namespace

json::value describe_kinds() {
  json::array families;
  families.push_back(family("probe", collect::probe_kinds()));
  families.push_back(family("collector", collect::collector_kinds()));
  families.push_back(family("notifier", oncall::notifier_kinds()));
  families.push_back(family("executor", runbook::executor_kinds()));
  families.push_back(family("runtime", supervise::runtime_kinds()));
  families.push_back(family("backend", journal::backend_kinds()));
  return json::object{{"families", std::move(families)}};
}

}  // namespace vigie::daemon
