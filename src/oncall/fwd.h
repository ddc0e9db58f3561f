#pragma once

namespace vigie::oncall {

struct Roster;
struct Schedule;
struct Shift;
struct WeeklySpan;
struct NotifierKind;
struct Message;
struct Receipt;
class Notifier;
class Notifiers;

}  // namespace vigie::oncall
