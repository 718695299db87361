# SPDX-License-Identifier: Apache-2.0
"""Documents made of what commands print: a section for each measurement, written by a script; text between
<!-- remarks --> and <!-- end of remarks --> is written by hand and is kept."""
import contextlib
import fcntl
import os
import pathlib
import platform
import re
import subprocess
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
REMARKS = re.compile(r"<!-- remarks -->\n(.*?)<!-- end of remarks -->\n", re.S)


def first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def commit():
    return first_line("git", "rev-parse", "--short", "HEAD") or "?"


def machine():
    cpu = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    memory = pathlib.Path("/proc/meminfo").read_text(encoding="utf-8")
    model = re.search(r"model name\s*:\s*(.*)", cpu)
    flags = (re.search(r"flags\s*:\s*(.*)", cpu) or [""])[0].split()
    simd = [name for name in ("sse4_2", "avx2", "fma", "avx512f") if name in flags]
    gib = int(re.search(r"MemTotal:\s*(\d+)", memory)[1]) / 2**20
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text(encoding="utf-8"))
    return (f"{model[1] if model else platform.machine()}, {os.cpu_count()} processors ({' '.join(simd)}), "
            f"{gib:.0f} GiB; {system[1] if system else platform.system()}; {first_line('g++', '--version')}")


def busy_share(seconds=2.0):
    """The share of the processors' time that others use."""
    def read():
        numbers = [int(n) for n in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
        return sum(numbers), numbers[3] + numbers[4]
    total, idle = read()
    time.sleep(seconds)
    total_after, idle_after = read()
    return 1 - (idle_after - idle) / max(1, total_after - total)


@contextlib.contextmanager
def locked(path):
    """Only one process at a time has this file's lock; the system frees it however the process ends."""
    with open(pathlib.Path(tempfile.gettempdir()) / f"{path.name}-{zlib.crc32(str(path).encode()):08x}.lock",
              "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class MeasuredDocument:
    """`titles` are those of all sections, by name, in their order; what the file has of them is kept. Several
    processes may write sections of one document."""

    def __init__(self, path, header, titles):
        self.path, self.header, self.titles = path, header, titles
        self.read()

    def read(self):
        self.sections, self.remarks = {}, {}
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        for part in re.split(r"(?m)^(?=## )", text)[1:]:
            for name, title in self.titles.items():
                if part.startswith(f"## {title}\n"):
                    found = REMARKS.search(part)
                    self.remarks[name] = found[1] if found else ""
                    self.sections[name] = REMARKS.sub("", part).rstrip("\n") + "\n"

    def put(self, name, lines):
        """Writes the document as it is now with this section anew."""
        with locked(self.path):
            self.read()
            self.write(name, lines)

    def write(self, name, lines):
        self.sections[name] = "\n".join([f"## {self.titles[name]}", "", *lines]).rstrip("\n") + "\n"
        parts = [self.header]
        for name in self.titles:
            if name in self.sections:
                part = self.sections[name]
                if self.remarks.get(name, "").strip():
                    part += f"\n<!-- remarks -->\n{self.remarks[name]}<!-- end of remarks -->\n"
                parts.append(part)
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text("\n".join(parts), encoding="utf-8")
        unfinished.replace(self.path)
