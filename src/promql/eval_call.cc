#include <algorithm>

#include "promql/evaluation.h"

namespace vigie::promql {

Result<Value> Call::arg(size_t i) const {
  return evaluation.eval(*call.args[i], grid);
}

const std::string& Call::text(size_t i) const {
  return as<StringNode>(unwrap(*call.args[i]))->value;
}
void Call::warn(size_t i, std::string what) const {
  evaluation.notes().warn(evaluation.at(*call.args[i], std::move(what)));
}
void Call::info(size_t i, std::string what) const {
  evaluation.notes().info(evaluation.at(*call.args[i], std::move(what)));
}
void Call::drop_name(Column& column) const {
  evaluation.drop_name(column);
}

Result<Value> Evaluation::eval_call(const Node& node, const CallNode& call, const Grid& grid) {
  const Body& body = call.function->body;
  if (body.window != nullptr) { return eval_windows(call, grid); }
  if (body.whole != nullptr) { return body.whole(Call{*this, node, call, grid}); }
  if (body.scalar != nullptr) { return eval_scalars(call, grid); }
  return eval_per_value(node, call, grid);
}

Result<std::vector<std::vector<double>>> Evaluation::scalar_args(const CallNode& call,
                                                                 const Grid& grid) {
  std::vector<std::vector<double>> out;
  for (const NodePtr& arg : call.args) {
    if (arg->type != ValueType::scalar) { continue; }
    VIGIE_TRY(Value value, eval(*arg, grid));
    out.push_back(std::move(value.scalars));
  }
  return out;
}

namespace {

constexpr size_t kPointsUnchecked = 1'000'000;

// The scalars of one step, in a buffer that is reused.
void row_of(const std::vector<std::vector<double>>& scalars, size_t step,
            std::vector<double>& row) {
  row.clear();
  for (const auto& of_arg : scalars) { row.push_back(of_arg[step]); }
}

}  // namespace

Result<Value> Evaluation::eval_scalars(const CallNode& call, const Grid& grid) {
  VIGIE_TRY(const auto scalars, scalar_args(call, grid));
  VIGIE_CHECK(charge_cells(grid.count));
  Value out{.type = ValueType::scalar, .scalars = std::vector<double>(grid.count)};
  std::vector<double> row;
  for (size_t i = 0; i < grid.count; ++i) {
    row_of(scalars, i, row);
    out.scalars[i] = call.function->body.scalar(row);
  }
  return out;
}

Result<Value> Evaluation::eval_per_value(const Node&, const CallNode& call, const Grid& grid) {
  const Body& body = call.function->body;
  VIGIE_TRY(Value value, eval(*call.args[0], grid));
  VIGIE_TRY(const auto scalars, scalar_args(call, grid));
  std::vector<double> row;
  for (Column& column : value.columns) {
    VIGIE_CHECK(check());
    for (size_t i = 0; i < grid.count; ++i) {
      double& v = column.values[i];
      if (is_absent(v)) { continue; }
      if (body.value != nullptr) {
        v = body.value(v);
        continue;
      }
      row_of(scalars, i, row);
      v = body.value_with(v, row);
    }
    drop_name(column);
  }
  drop_empty(value.columns);
  VIGIE_CHECK(merge_same(value.columns));
  return value;
}

Result<Value> Evaluation::eval_windows(const CallNode& call, const Grid& grid) {
  const Function& f = *call.function;
  VIGIE_TRY(const auto scalars, scalar_args(call, grid));
  const NodePtr& matrix = *std::find_if(call.args.begin(), call.args.end(), [](const NodePtr& arg) {
    return arg->type == ValueType::matrix;
  });
  const Frame frame = frame_of(*matrix);
  Value out{.type = ValueType::vector};
  std::vector<double> row;
  size_t walked = 0;
  const auto take = [&](Ranged& ranged) -> Status {
    VIGIE_CHECK(charge_column(ranged.labels, grid));
    Column column{.labels = ranged.labels,
                  .drop_name = ranged.drop_name,
                  .values = std::vector<double>(grid.count, absent_value())};
    bool any = false;
    const auto begin = ranged.points.begin();
    auto low = begin;
    auto high = begin;
    for (size_t i = 0; i < grid.count; ++i) {
      const int64_t at = grid.at(i);
      Window window{.end = window_end(frame, at), .at = at, .labels = &ranged.labels};
      window.start = window.end - frame.range;
      while (high != ranged.points.end() && to_millis(high->at) <= window.end) { ++high; }
      while (low != high && to_millis(low->at) <= window.start) { ++low; }
      if (low == high) { continue; }
      window.points = {low, high};
      // Windows overlap: a few points can be many to walk over.
      if ((walked += window.points.size()) >= kPointsUnchecked) {
        VIGIE_CHECK(check());
        walked = 0;
      }
      row_of(scalars, i, row);
      window.scalars = row;
      if (f.check != nullptr) { VIGIE_CHECK(f.check(row)); }
      column.values[i] = f.body.window(window);
      any = any || !is_absent(column.values[i]);
      if (f.note == nullptr) { continue; }
      if (std::string note = f.note(window); !note.empty()) {
        note = this->at(*call.args[0], std::move(note));
        f.note_is_warning ? notes_.warn(std::move(note)) : notes_.info(std::move(note));
      }
    }
    if (!any) {
      release(column_bytes(ranged.labels, grid.count));
      return ok();
    }
    if (!f.keeps_name) { drop_name(column); }
    out.columns.push_back(std::move(column));
    return ok();
  };
  VIGIE_CHECK(each_ranged(*matrix, grid, take));
  VIGIE_CHECK(merge_same(out.columns));
  return out;
}

}  // namespace vigie::promql
