#include "daemon/deciders.h"

#include "alerting/alerting.h"
#include "api/api.h"
#include "incident/incident.h"
#include "oncall/oncall.h"
#include "runbook/runbook.h"
#include "supervise/supervise.h"
#include "topology/topology.h"

namespace vigie::daemon {

std::vector<std::unique_ptr<Decider>> make_deciders() {
  std::vector<std::unique_ptr<Decider>> out;
  out.push_back(alerting::make_decider());
  out.push_back(topology::make_decider());
  out.push_back(incident::make_decider());
  out.push_back(oncall::make_decider());
  out.push_back(runbook::make_decider());
  out.push_back(supervise::make_decider());
  // Last: it only remembers what the others made of a request.
  out.push_back(api::make_decider());
  return out;
}

}  // namespace vigie::daemon
