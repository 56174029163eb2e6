"""The machine of the measurements."""

import datetime
import platform
import subprocess
from pathlib import Path


def output(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def description():
    """One line for the head of the page."""
    count = output("nproc", "--all")
    return f"{datetime.date.today()}, **{processor()}**, {count} processors, Linux {platform.release()}."


def tools():
    """How the programs are built, and whether the machine was quiet."""
    compilers = f"{output('rustc', '--version')}, g++ {output('g++', '-dumpfullversion')}, Python {platform.python_version()}"
    load = Path("/proc/loadavg").read_text().split()[0]
    return (
        f"{compilers}. Rust is built in the default release profile and C++ with -O3 -DNDEBUG, both without flags for this "
        "processor; rheos, PyTorch and XLA choose wider instructions at run time. Load average at the end of the run: "
        f"{load}. If it is above the number of programs measured (one), the machine was busy with other things, and "
        "ratios within about 1.1 of 1 are not significant."
    )
