#pragma once

/// The watch book: what people wrote, as one tree of values that know their file, line and column.
///
/// `load_book` reads it, `Problems` collects everything that is wrong with it, tables of `Field`
/// say what may stand where and `Settings` reads a map through such a table, `Secrets` turns
/// references into secrets at the moment of use, `difference` says what a reload changes.
///
/// Lives on: any loop; a loaded book is immutable. Loading blocks on the disk, so the daemon does
/// it before it starts and then in the pool. Owned by: the daemon, which hands every room the part
/// it needs. Time: none. Durable: the git directory is; the engine also journals the tree as JSON,
/// and rooms read their settings from either in the same way. Limits: 16 MiB, 100,000 nodes, 2,000
/// files, 48 levels; the first 1000 problems. Never: shows a secret or the value of a variable,
/// stops at the first error, or acts on a book that has one.

#include "config/book.h"         // IWYU pragma: export
#include "config/difference.h"   // IWYU pragma: export
#include "config/field.h"        // IWYU pragma: export
#include "config/named_files.h"  // IWYU pragma: export
#include "config/node.h"         // IWYU pragma: export
#include "config/problems.h"     // IWYU pragma: export
#include "config/secrets.h"      // IWYU pragma: export
#include "config/section.h"      // IWYU pragma: export
#include "config/values.h"       // IWYU pragma: export
