#pragma once

namespace vigie::runbook {

struct Runbook;
struct Run;
struct State;
struct ExecutorKind;
struct Outside;
struct StepOutcome;
class Executors;

}  // namespace vigie::runbook
