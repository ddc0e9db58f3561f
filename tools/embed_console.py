"""Turns web/dist into one C++ file that holds every file of the console, compressed.

Usage: embed_console.py DIST OUT_FOLDER. The bytes go in by .incbin: a compiler reads a table of
numbers a hundred times slower.
"""

import gzip
import hashlib
import mimetypes
import pathlib
import sys

TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml",
         ".webmanifest": "application/manifest+json", ".json": "application/json"}


def main():
    dist, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(p for p in dist.rglob("*") if p.is_file() and not p.name.endswith(".map"))
    if not any(p.name == "index.html" for p in files):
        sys.exit(f"{dist}: no index.html: build the console first (make web)")
    symbols, rows = [], []
    for number, path in enumerate(files):
        content = path.read_bytes()
        packed = out / f"file{number}.gz"
        packed.write_bytes(gzip.compress(content, 9, mtime=0))
        kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        symbols.append(
            f'__asm__(".section .rodata\\n.balign 16\\nvigie_console_{number}:\\n'
            f'.incbin \\"{packed.resolve()}\\"\\nvigie_console_{number}_end:\\n.previous\\n");\n'
            f'extern const char file_{number} __asm__("vigie_console_{number}");\n'
            f'extern const char file_{number}_end __asm__("vigie_console_{number}_end");\n')
        web_path = "/" + path.relative_to(dist).as_posix()
        etag = hashlib.sha256(content).hexdigest()[:16]
        rows.append(f'      {{"{web_path}", "{kind}", "\\"{etag}\\"",\n'
                    f'       {{&file_{number}, static_cast<size_t>(&file_{number}_end - &file_{number})}}}},\n')
    text = ('#include "api/console_files.h"\n\n' + "".join(symbols)
            + "\nnamespace vigie::api {\n\nstd::span<const ConsoleFile> console_files() {\n"
            + "  static const ConsoleFile files[] = {\n" + "".join(rows)
            + "  };\n  return files;\n}\n\n}  // namespace vigie::api\n")
    (out / "console_files.gen.cc").write_text(text)


main()
