#!/usr/bin/env python3
"""The scripts ./weft and tools/setup: when they build, and what they say when they cannot. Nothing is really built."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# In place of tools/build: counts its calls and makes a binary that shows its arguments.
BUILD = r"""#!/usr/bin/env bash
set -eu
echo built >>"$(dirname "$0")/../builds"
[ ! -e "$(dirname "$0")/../broken" ] || { echo "weft: the build failed" >&2; exit 1; }
printf '#!/bin/sh\nprintf "<%%s>" "$@"\n' >"$1/weft"
chmod +x "$1/weft"
mkdir -p "$1/thing"
echo "-DTHING=$1/thing" >"$3"
"""


class Bootstrap(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("src/cli", "temporalio", "cmake", "native", "tools"):
            (self.root / name).mkdir(parents=True)
        for name in ("CMakeLists.txt", "src/a.cc", "src/cli/b.cc", "tools/setup", "tools/apt-packages"):
            (self.root / name).touch()
        shutil.copy(REPOSITORY / "weft", self.root)
        (self.root / "tools/build").write_text(BUILD)
        (self.root / "tools/build").chmod(0o755)

    def weft(self, *arguments, cwd=None):
        return subprocess.run([self.root / "weft", *arguments], capture_output=True, text=True, check=False, cwd=cwd)

    def builds(self):
        log = self.root / "builds"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def change(self, name):
        """Newer than the stamp, whatever the file system's clock does."""
        stamp = (self.root / "build/release/built").stat().st_mtime_ns
        os.utime(self.root / name, ns=(stamp + 1, stamp + 1))

    def test_builds_once_and_passes_arguments_on(self):
        for _ in range(2):
            self.assertEqual("<run><a b><--json>", self.weft("run", "a b", "--json", cwd="/").stdout)
        self.assertEqual(1, self.builds())

    def test_builds_again_when_a_source_changed_or_went_away(self):
        self.weft()
        self.change("src/cli/b.cc")
        self.weft()
        self.assertEqual(2, self.builds())
        (self.root / "src/cli/b.cc").unlink()
        self.change("src/cli")
        self.weft()
        self.assertEqual(3, self.builds())

    def test_builds_again_when_the_cache_was_deleted(self):
        self.weft()
        (self.root / "build/release/thing").rmdir()
        self.weft()
        self.assertEqual(2, self.builds())

    def test_failed_build_is_tried_again_and_its_code_kept(self):
        (self.root / "broken").touch()
        self.assertEqual(1, self.weft().returncode)
        (self.root / "broken").unlink()
        self.assertEqual(0, self.weft().returncode)
        self.assertEqual(2, self.builds())

    def test_calls_side_by_side_build_once(self):
        calls = [subprocess.Popen([self.root / "weft", str(i)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                 for i in range(4)]
        self.assertEqual(["<0>", "<1>", "<2>", "<3>"], [call.communicate()[0] for call in calls])
        self.assertEqual(1, self.builds())


class Toolchains(unittest.TestCase):
    """tools/setup on a PATH that holds only what the test puts there."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for tool in ("bash", "dirname", "nproc", "mkdir", "grep", "head", "sort", "env", "tr"):
            (self.folder / tool).symlink_to(shutil.which(tool))
        self.give("rustc", "rustc 1.95.0 (hash date)")
        self.give("python3", "Python 3.11.2")
        self.give("cmake", "cmake version 3.25.1")
        self.give("go", "go version go1.24.1 linux/amd64")

    def give(self, name, version):
        tool = self.folder / name
        tool.write_text(f"#!/bin/bash\necho '{version}'\n")
        tool.chmod(0o755)

    def refused(self, *words):
        result = subprocess.run([REPOSITORY / "tools/setup", "--check"], capture_output=True, text=True, check=False,
                                env={"PATH": str(self.folder), "HOME": str(self.folder)})
        self.assertEqual((2, ""), (result.returncode, result.stdout))
        self.assertRegex(result.stderr, r"^weft: [^\n]*\.\n$")
        for word in words:
            self.assertIn(word, result.stderr)

    def test_missing_toolchain_is_one_sentence_and_exit_2(self):
        for tool, word in (("rustc", "rustup"), ("cmake", "CMake"), ("go", "Temporal's command line tool")):
            with self.subTest(tool=tool):
                kept = (self.folder / tool).read_text()
                (self.folder / tool).unlink()
                self.refused(word, "was not found")
                (self.folder / tool).write_text(kept)
                (self.folder / tool).chmod(0o755)

    def test_old_toolchain_is_one_sentence_with_both_versions(self):
        for tool, version, words in (("rustc", "rustc 1.63.0", ("1.94", "1.63.0")), ("go", "go version go1.19.8 linux/amd64", ("1.24", "1.19.8")),
                                     ("cmake", "cmake version 3.18.4", ("3.25", "3.18.4"))):
            with self.subTest(tool=tool):
                kept = (self.folder / tool).read_text()
                self.give(tool, version)
                self.refused(*words)
                (self.folder / tool).write_text(kept)


if __name__ == "__main__":
    unittest.main()
