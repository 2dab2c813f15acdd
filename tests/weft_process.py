"""What tests that start the binary share."""

import os
import socket
import subprocess

# Settings of this shell must not change what is tested.
KEPT = {k: v for k, v in os.environ.items() if not k.startswith(("WEFT_", "TEMPORAL_")) or k == "WEFT_CHECK_TESTS"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sandbox():
    """Many containers forbid the name spaces that bubblewrap needs."""
    try:
        probe = subprocess.run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True, check=False)
        return [] if probe.returncode == 0 else ["--sandbox", "off"]
    except FileNotFoundError:
        return ["--sandbox", "off"]
