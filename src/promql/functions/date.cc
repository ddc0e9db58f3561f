// Parts of a civil date in UTC.
#include <chrono>
#include <cmath>
#include <limits>

#include "promql/evaluation.h"
#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

namespace chr = std::chrono;

struct Civil {
  chr::sys_days day;
  chr::year_month_day date;
  int64_t second_of_day;
};

// Beyond some 30,000 years the calendar types end.
constexpr double kSecondsMax = 9e11;

using Part = double (*)(const Civil&);

double part_of(double seconds, Part part) {
  if (!(std::abs(seconds) < kSecondsMax)) { return std::numeric_limits<double>::quiet_NaN(); }
  const auto whole = chr::sys_seconds{chr::seconds{static_cast<int64_t>(seconds)}};
  const auto day = chr::floor<chr::days>(whole);
  return part({day, chr::year_month_day{day}, (whole - day).count()});
}

template <Part kPart>
Result<Value> date_function_of(const Call& call) {
  Value out{.type = ValueType::vector};
  if (call.arg_count() == 0) {
    VIGIE_CHECK(call.evaluation.charge_column({}, call.grid));
    Column now;
    now.values.reserve(call.grid.count);
    for (size_t i = 0; i < call.grid.count; ++i) {
      now.values.push_back(part_of(static_cast<double>(call.grid.at(i)) / 1000, kPart));
    }
    out.columns.push_back(std::move(now));
    return out;
  }
  VIGIE_TRY(out, call.arg(0));
  for (Column& column : out.columns) {
    for (double& v : column.values) {
      if (!is_absent(v)) { v = part_of(v, kPart); }
    }
    call.drop_name(column);
  }
  VIGIE_CHECK(merge_same(out.columns));
  return out;
}

double minute(const Civil& c) {
  return static_cast<double>(c.second_of_day / 60 % 60);
}
double hour(const Civil& c) {
  return static_cast<double>(c.second_of_day / 3600);
}
double day_of_week(const Civil& c) {
  return chr::weekday{c.day}.c_encoding();
}
double day_of_month(const Civil& c) {
  return static_cast<unsigned>(c.date.day());
}
double month(const Civil& c) {
  return static_cast<unsigned>(c.date.month());
}
double year(const Civil& c) {
  return static_cast<int>(c.date.year());
}
double day_of_year(const Civil& c) {
  return static_cast<double>((c.day - chr::sys_days{c.date.year() / 1 / 1}).count() + 1);
}
double days_in_month(const Civil& c) {
  const chr::year_month_day_last last = c.date.year() / c.date.month() / chr::last;
  return static_cast<unsigned>(last.day());
}

template <Part kPart>
constexpr Function row(std::string_view name, std::string_view doc) {
  Function f;
  f.name = name;
  f.args = kVector;
  f.optional = 1;
  f.doc = doc;
  f.body.whole = &date_function_of<kPart>;
  f.moves_with_step = true;
  return f;
}

constexpr Function kRows[] = {
    row<&minute>("minute", "Minute of the hour, 0 to 59, UTC."),
    row<&hour>("hour", "Hour of the day, 0 to 23, UTC."),
    row<&day_of_week>("day_of_week", "Day of the week, 0 is Sunday, UTC."),
    row<&day_of_month>("day_of_month", "Day of the month, 1 to 31, UTC."),
    row<&day_of_year>("day_of_year", "Day of the year, 1 to 366, UTC."),
    row<&days_in_month>("days_in_month", "How many days the month has, UTC."),
    row<&month>("month", "Month, 1 to 12, UTC."),
    row<&year>("year", "Year, UTC."),
};

}  // namespace

extern const FunctionKind date_function;
constinit const FunctionKind date_function{kRows};

}  // namespace vigie::promql
