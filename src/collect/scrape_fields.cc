// The table of scrape_configs: Prometheus 3's keys, whether this release acts on them or not.

#include "collect/scrape_fields.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr std::string_view kGrammars[] = {"PrometheusProto", "PrometheusText0.0.4",
                                          "PrometheusText1.0.0", "OpenMetricsText0.0.1",
                                          "OpenMetricsText1.0.0"};
constexpr std::string_view kValidation[] = {"utf8", "legacy"};
constexpr std::string_view kEscaping[] = {"allow-utf-8", "underscores", "dots", "values"};

constexpr Field kScrape[] = {
    {.name = "job_name", .help = "the value of the label job", .required = true, .example = "node"},
    {.name = "scrape_interval", .type = FieldType::duration, .help = "time between two scrapes"},
    {.name = "scrape_timeout",
     .type = FieldType::duration,
     .help = "how long one scrape may take, at most the interval"},
    {.name = "scheme", .help = "http or https", .fallback = "http"},
    {.name = "metrics_path", .help = "the path that is asked", .fallback = "/metrics"},
    {.name = "params", .type = FieldType::any, .help = "parameters of the URL: name to list"},
    {.name = "honor_labels",
     .type = FieldType::boolean,
     .help = "of a clash, keep the target's label",
     .fallback = "false"},
    {.name = "honor_timestamps",
     .type = FieldType::boolean,
     .help = "keep timestamps that the target exposes",
     .fallback = "true"},
    {.name = "track_timestamps_staleness",
     .type = FieldType::boolean,
     .help = "mark vanished series stale even when they bring timestamps",
     .fallback = "false"},
    {.name = "static_configs", .type = FieldType::any, .help = "targets as they are"},
    {.name = "file_sd_configs", .type = FieldType::any, .help = "targets in files"},
    {.name = "relabel_configs", .type = FieldType::any, .help = "rules over a target's labels"},
    {.name = "metric_relabel_configs",
     .type = FieldType::any,
     .help = "rules over the labels of each sample"},
    {.name = "sample_limit",
     .type = FieldType::integer,
     .help = "samples of one scrape",
     .least = 0},
    {.name = "label_limit", .type = FieldType::integer, .help = "labels of one sample", .least = 0},
    {.name = "label_name_length_limit",
     .type = FieldType::integer,
     .help = "bytes of a name",
     .least = 0},
    {.name = "label_value_length_limit",
     .type = FieldType::integer,
     .help = "bytes of a value",
     .least = 0},
    {.name = "target_limit", .type = FieldType::integer, .help = "targets of this job", .least = 0},
    {.name = "body_size_limit",
     .type = FieldType::any,
     .help = "bytes of an answer after decompression",
     .example = "16MB"},
    {.name = "keep_dropped_targets",
     .type = FieldType::integer,
     .help = "dropped targets that stay listed",
     .least = 0},
    {.name = "scrape_protocols",
     .type = FieldType::strings,
     .help = "grammars that are asked for, best first"},
    {.name = "fallback_scrape_protocol",
     .type = FieldType::enumeration,
     .help = "the grammar of an answer without a known Content-Type",
     .choices = kGrammars},
    {.name = "enable_compression",
     .type = FieldType::boolean,
     .help = "ask for gzip",
     .fallback = "true"},
    {.name = "extra_scrape_metrics",
     .type = FieldType::boolean,
     .help = "also scrape_timeout_seconds, scrape_sample_limit, scrape_body_size_bytes",
     .fallback = "false"},
    {.name = "metric_name_validation_scheme",
     .type = FieldType::enumeration,
     .help = "accepted; names are UTF-8",
     .choices = kValidation},
    {.name = "metric_name_escaping_scheme",
     .type = FieldType::enumeration,
     .help = "how a target is asked to write UTF-8 names",
     .choices = kEscaping},
    {.name = "scrape_failure_log_file", .help = "accepted; the last error is in /api/v1/targets"},
    {.name = "scrape_native_histograms",
     .type = FieldType::boolean,
     .help = "accepted; native histograms are not asked for"},
    {.name = "scrape_classic_histograms",
     .type = FieldType::boolean,
     .help = "accepted; classic histograms are always scraped"},
    {.name = "always_scrape_classic_histograms",
     .type = FieldType::boolean,
     .help = "accepted; classic histograms are always scraped"},
    {.name = "convert_classic_histograms_to_nhcb",
     .type = FieldType::boolean,
     .help = "accepted; histograms stay classic"},
    {.name = "native_histogram_bucket_limit", .type = FieldType::integer, .help = "accepted"},
    {.name = "native_histogram_min_bucket_factor", .type = FieldType::number, .help = "accepted"},
};

constexpr std::string_view kDiscoverers[] = {
    "aws_sd_configs",          "azure_sd_configs",     "consul_sd_configs",
    "digitalocean_sd_configs", "dns_sd_configs",       "docker_sd_configs",
    "dockerswarm_sd_configs",  "ec2_sd_configs",       "ecs_sd_configs",
    "eureka_sd_configs",       "gce_sd_configs",       "hetzner_sd_configs",
    "http_sd_configs",         "ionos_sd_configs",     "kubernetes_sd_configs",
    "kuma_sd_configs",         "lightsail_sd_configs", "linode_sd_configs",
    "marathon_sd_configs",     "nerve_sd_configs",     "nomad_sd_configs",
    "oci_sd_configs",          "openstack_sd_configs", "outscale_sd_configs",
    "ovhcloud_sd_configs",     "puppetdb_sd_configs",  "scaleway_sd_configs",
    "serverset_sd_configs",    "stackit_sd_configs",   "triton_sd_configs",
    "uyuni_sd_configs",        "vultr_sd_configs"};

}  // namespace

std::span<const std::string_view> discoverers_lacking() {
  return kDiscoverers;
}

std::span<const Field> scrape_fields() {
  static const std::vector<Field> table = [] {
    std::vector<Field> all(std::begin(kScrape), std::end(kScrape));
    const auto access = http_access_fields();
    all.insert(all.end(), access.begin(), access.end());
    for (const std::string_view name : kDiscoverers) {
      all.push_back({.name = name, .type = FieldType::any, .help = "not in this release"});
    }
    return all;
  }();
  return table;
}

}  // namespace vigie::collect
