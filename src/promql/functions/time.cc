// time, timestamp, and the query's own start, end, step and range.
#include "promql/evaluation.h"
#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

double seconds(int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

Result<Value> constant(const Call& call, double value) {
  VIGIE_CHECK(call.evaluation.charge_cells(call.grid.count));
  return Value{.type = ValueType::scalar, .scalars = std::vector<double>(call.grid.count, value)};
}

Result<Value> time(const Call& call) {
  VIGIE_CHECK(call.evaluation.charge_cells(call.grid.count));
  Value out{.type = ValueType::scalar};
  out.scalars.reserve(call.grid.count);
  for (size_t i = 0; i < call.grid.count; ++i) { out.scalars.push_back(seconds(call.grid.at(i))); }
  return out;
}

int64_t last_step(const Grid& whole) {
  return whole.at(whole.count - 1);
}

Result<Value> start(const Call& call) {
  return constant(call, seconds(call.evaluation.whole().start));
}
Result<Value> end(const Call& call) {
  return constant(call, seconds(last_step(call.evaluation.whole())));
}
Result<Value> step(const Call& call) {
  return constant(call, call.evaluation.is_range() ? seconds(call.evaluation.whole().step) : 0);
}
Result<Value> range(const Call& call) {
  const Grid& whole = call.evaluation.whole();
  return constant(call, seconds(last_step(whole) - whole.start));
}

// A selector's samples have times of their own; whatever is computed has the step's.
Result<Value> timestamp(const Call& call) {
  Value out{.type = ValueType::vector};
  if (const auto* selector = as<SelectorNode>(unwrap(*call.call.args[0]))) {
    VIGIE_TRY(out.columns, call.evaluation.sample_times(*selector, call.grid));
  } else {
    VIGIE_TRY(out, call.arg(0));
    for (Column& column : out.columns) {
      for (size_t i = 0; i < call.grid.count; ++i) {
        if (!is_absent(column.values[i])) { column.values[i] = seconds(call.grid.at(i)); }
      }
    }
  }
  for (Column& column : out.columns) { call.drop_name(column); }
  VIGIE_CHECK(merge_same(out.columns));
  return out;
}

constexpr Function scalar_row(std::string_view name, std::string_view doc,
                              Result<Value> (*body)(const Call&), bool moves = false) {
  Function f;
  f.name = name;
  f.result = ValueType::scalar;
  f.doc = doc;
  f.body.whole = body;
  f.moves_with_step = moves;
  return f;
}

constexpr Function kRows[] = {
    scalar_row("time", "Seconds since 1970 at the step.", &time, true),
    scalar_row("start", "Seconds since 1970 at the first step of the query.", &start),
    scalar_row("end", "Seconds since 1970 at the last step of the query.", &end),
    scalar_row("step", "Seconds between steps of the query, 0 of an instant one.", &step),
    scalar_row("range", "Seconds between the first and the last step of the query.", &range),
    {.name = "timestamp",
     .args = kVector,
     .doc = "When each sample was taken, in seconds since 1970.",
     .body = {.whole = &timestamp}},
};

}  // namespace

extern const FunctionKind time_function;
constinit const FunctionKind time_function{kRows};

}  // namespace vigie::promql
