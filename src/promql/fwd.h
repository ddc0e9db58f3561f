#pragma once

namespace vigie::promql {

class Engine;
class Expr;
struct FunctionKind;
struct Node;
struct QueryResult;

}  // namespace vigie::promql
