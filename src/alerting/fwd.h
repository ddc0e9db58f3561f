#pragma once

namespace vigie::alerting {

class RuleEvaluator;
class Template;
class Value;
struct Rule;
struct RuleGroup;

}  // namespace vigie::alerting
