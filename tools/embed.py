#!/usr/bin/env python3
"""Writes a C++ source that holds files, so that the binary needs none of them beside it.

    tools/embed.py OUT FUNCTION PATH

OUT defines weft::server::FUNCTION() of server/embedded.h: the file PATH, or all files below the directory PATH, sorted
by name; none when PATH is not there. Text is kept as gzip. Copies of the contents go into the directory OUT.files.
"""

import gzip
import hashlib
import shutil
import sys
from pathlib import Path

COMPRESSED = {".css", ".html", ".js", ".json", ".map", ".svg", ".txt", ".webmanifest", ".yaml"}


def files_of(path):
    """(name, file) of all there is to hold."""
    if path.is_dir():
        return sorted((p.relative_to(path).as_posix(), p) for p in path.rglob("*") if p.is_file())
    return [(path.name, path)] if path.is_file() else []


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main(out, function, path):
    out = Path(out)
    copies = out.with_name(out.name + ".files")
    shutil.rmtree(copies, ignore_errors=True)
    copies.mkdir(parents=True)
    arrays, entries = [], []
    for number, (name, file) in enumerate(files_of(Path(path))):
        content = file.read_bytes()
        if not content:  # an array may not be empty
            continue
        # The digest also tells a compiler cache, which does not look into #embed, that the contents have changed.
        digest = hashlib.sha256(content).hexdigest()[:32]
        compressed = file.suffix in COMPRESSED
        copy = copies / str(number)
        copy.write_bytes(gzip.compress(content, 9, mtime=0) if compressed else content)
        arrays.append(f"constexpr unsigned char kFile{number}[] = {{\n#embed {quoted(copy.resolve().as_posix())}\n}};\n")
        entries.append(f"      {{{quoted(name)}, {quoted(digest)}, {str(compressed).lower()}, {len(content)}, kFile{number}}},\n")
    out.write_text(
        '#include "server/embedded.h"\n\nnamespace weft::server {\nnamespace {\n\n' + "\n".join(arrays)
        + f"\n}}  // namespace\n\nconst std::vector<EmbeddedFile>& {function}() {{\n"
        + "  static const std::vector<EmbeddedFile> kFiles{\n" + "".join(entries) + "  };\n  return kFiles;\n}\n\n"
        + "}  // namespace weft::server\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
