#include "cli/cli.h"
#include "daemon/backup.h"
#include "daemon/book.h"
#include "daemon/daemon.h"
#include "daemon/kinds.h"
#include "daemon/offline.h"
#include "daemon/version.h"

int main(int argc, char** argv) {
  const vigie::cli::Deps deps{.run = &vigie::daemon::run,
                              .check = &vigie::daemon::check_and_print,
                              .offline = &vigie::daemon::answer_offline,
                              .backup = &vigie::daemon::backup_journal,
                              .restore = &vigie::daemon::restore_journal,
                              .kinds = &vigie::daemon::describe_kinds,
                              .version = std::string(vigie::daemon::kVersion)};
  return vigie::cli::main(argc, argv, deps);
}
