#pragma once

#include "config/field.h"
#include "oncall/http_config.h"

namespace vigie::oncall {

/// The keys of the book's `global` that mail needs; the section belongs to several rooms.
inline constexpr config::Field kSmtpGlobalFields[] = {
    {.name = "smtp_smarthost", .type = config::FieldType::host_port, .help = "the mail server"},
    {.name = "smtp_from", .help = "the sender"},
    {.name = "smtp_hello", .help = "what EHLO says"},
    {.name = "smtp_auth_username", .help = "logs in as"},
    {.name = "smtp_auth_password", .type = config::FieldType::secret, .help = "password"},
    {.name = "smtp_auth_password_file", .help = "file with the password"},
    {.name = "smtp_auth_identity", .help = "acts for this identity"},
    {.name = "smtp_require_tls",
     .type = config::FieldType::boolean,
     .help = "refuses to send in clear",
     .fallback = "true"},
    {.name = "smtp_tls_config",
     .type = config::FieldType::section,
     .help = "how to trust and be trusted",
     .fields = kTlsConfigFields},
};

}  // namespace vigie::oncall
