#include "collect/probe_kind.h"

namespace vigie::collect {

const ProbeKind* find_probe_kind(std::string_view name) {
  for (const ProbeKind* kind : probe_kinds()) {
    if (kind->name == name) { return kind; }
  }
  return nullptr;
}

std::unique_ptr<Probe> make_probe(const ProbeKind& kind, const config::Node& node,
                                  ProbeContext context, config::Problems& problems) {
  config::Node section = node;
  const bool lone = node.is_scalar() || node.is_sequence();
  if (lone && !kind.shorthand.empty()) {
    section = config::Node::map({{config::Node::scalar(std::string(kind.shorthand)), node}},
                                node.place());
  }
  const size_t before = problems.errors();
  const auto settings = config::Settings::read(section, kind.fields, problems);
  if (problems.errors() != before) { return nullptr; }
  std::unique_ptr<Probe> probe = kind.make(settings, std::move(context), problems);
  return problems.errors() == before ? std::move(probe) : nullptr;
}

}  // namespace vigie::collect
