#pragma once

#include <string>

#include "base/json.h"

/// A group of alerts in words: what a receiver's mail says without templates of its own.
namespace vigie::oncall {

struct AlertWords {
  std::string subject, text, html;
};

/// `payload` is Alertmanager's webhook version 4 data. At most 50 alerts are spelt out.
AlertWords alert_words(const json::object& payload);

}  // namespace vigie::oncall
