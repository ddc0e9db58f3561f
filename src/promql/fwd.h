#pragma once

namespace vigie::promql {

class Engine;
class Expr;
struct EngineOptions;
struct FunctionKind;
struct Grid;
struct Node;
struct QueryResult;

}  // namespace vigie::promql
