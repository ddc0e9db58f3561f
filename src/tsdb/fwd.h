#pragma once

namespace vigie::tsdb {

class Appender;
class Matcher;
class Querier;
class SeriesSet;
class SeriesView;
class Store;
struct Point;

}  // namespace vigie::tsdb
