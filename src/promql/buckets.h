#pragma once

#include <vector>

namespace vigie::promql {

/// One bucket of a classic histogram: how many observations were at most `bound`.
struct Bucket {
  double bound = 0;
  double count = 0;
};
using Buckets = std::vector<Bucket>;

/// Sorts, joins buckets of the same bound and makes counts rise. False when there is no histogram
/// here, because no bucket is infinite. `repaired` is set when counts fell by more than rounding.
bool prepare(Buckets& buckets, bool& repaired);

/// An estimate from prepared buckets, observations spread evenly within each; NaN for one bucket.
double quantile_of(double q, const Buckets& buckets);
/// The share of observations in (lower, upper].
double fraction_of(double lower, double upper, const Buckets& buckets);

}  // namespace vigie::promql
