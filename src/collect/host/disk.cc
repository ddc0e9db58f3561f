#include "collect/host/host.h"
#include "collect/host/proc_file.h"

namespace vigie::collect {

namespace {

/// Columns of /proc/diskstats behind the device's name, in their order.
struct Column {
  std::string_view name, type, help;
  double factor;
};
constexpr double kSector = 512;  // The kernel's unit, whatever the device's sectors are.
constexpr Column kColumns[] = {
    {"node_disk_reads_completed_total", "counter",
     "The total number of reads completed successfully.", 1},
    {"node_disk_reads_merged_total", "counter", "The total number of reads merged.", 1},
    {"node_disk_read_bytes_total", "counter", "The total number of bytes read successfully.",
     kSector},
    {"node_disk_read_time_seconds_total", "counter",
     "The total number of seconds spent by all reads.", 0.001},
    {"node_disk_writes_completed_total", "counter",
     "The total number of writes completed successfully.", 1},
    {"node_disk_writes_merged_total", "counter", "The number of writes merged.", 1},
    {"node_disk_written_bytes_total", "counter", "The total number of bytes written successfully.",
     kSector},
    {"node_disk_write_time_seconds_total", "counter",
     "This is the total number of seconds spent by all writes.", 0.001},
    {"node_disk_io_now", "gauge", "The number of I/Os currently in progress.", 1},
    {"node_disk_io_time_seconds_total", "counter", "Total seconds spent doing I/Os.", 0.001},
    {"node_disk_io_time_weighted_seconds_total", "counter",
     "The weighted # of seconds spent doing I/Os.", 0.001},
    {"node_disk_discards_completed_total", "counter",
     "The total number of discards completed successfully.", 1},
    {"node_disk_discards_merged_total", "counter", "The total number of discards merged.", 1},
    {"node_disk_discarded_sectors_total", "counter",
     "The total number of sectors discarded successfully.", 1},
    {"node_disk_discard_time_seconds_total", "counter",
     "This is the total number of seconds spent by all discards.", 0.001},
    {"node_disk_flush_requests_total", "counter",
     "The total number of flush requests completed successfully", 1},
    {"node_disk_flush_requests_time_seconds_total", "counter",
     "This is the total number of seconds spent by all flush requests.", 0.001},
};
constexpr size_t kNameColumn = 2;

}  // namespace

void append_disks(const HostView& host, TextWriter& out) {
  const std::string text = read_proc(host.proc + "/diskstats").value_or("");
  std::vector<std::vector<std::string_view>> disks;
  for (const std::string_view line : lines_of(text)) {
    auto words = words_of(line);
    if (words.size() <= kNameColumn || host.disks_out->found_in(words[kNameColumn])) { continue; }
    disks.push_back(std::move(words));
  }
  for (size_t i = 0; i < std::size(kColumns); ++i) {
    const Column& column = kColumns[i];
    bool named = false;
    for (const auto& words : disks) {
      const size_t at = kNameColumn + 1 + i;
      if (at >= words.size()) { continue; }
      if (!std::exchange(named, true)) { out.family(column.name, column.type, column.help); }
      out.sample(column.name, {{"device", words[kNameColumn]}},
                 number_of(words[at]) * column.factor);
    }
  }
}

}  // namespace vigie::collect
