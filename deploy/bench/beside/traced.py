"""System calls of a connection, by strace: a file for each thread, cut at each accepted connection."""
import re
import statistics
import subprocess
import sys
from collections import Counter

CALL = re.compile(r"(\w+)\(")
# Waiting depends on when bytes come, so on the machine's mood; so do locks, and memory that goes back to the system.
MOODS = {"epoll_wait", "epoll_pwait", "epoll_pwait2", "futex", "madvise", "mprotect", "sched_yield", "rt_sigprocmask",
         "clock_gettime", "timer_settime", "gettid", "getrusage", "sched_setaffinity", "sched_getaffinity", "tgkill", "rt_sigreturn"}


def is_allowed():
    """Some containers let nobody trace."""
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        print(f"NOT COUNTED: system calls, since strace says: {tried.stderr.strip()}", file=sys.stderr)
    return tried.returncode == 0


def command(words, prefix):
    """Runs a command under strace: no right is needed to look at a child."""
    return ["strace", "-ff", "-qq", "-s", "0", "--seccomp-bpf", "-e", "trace=!" + ",".join(sorted(MOODS - {"epoll_wait", "epoll_pwait"})),
            "-o", prefix, *words]


def connections(prefix):
    """The calls of each connection, in the thread that accepts most."""
    found = []
    for file in prefix.parent.glob(prefix.name + ".*"):
        calls = each(file)
        found = calls if len(calls) > len(found) else found
    return found


def each(file):
    calls = []
    for line in file.read_text(errors="replace").splitlines():
        call = CALL.match(line)
        if not call or call[1] in MOODS:
            continue
        if call[1].startswith("accept"):
            if " = -1 " in line:
                continue  # another look whether somebody waits
            calls.append(Counter())
        if calls:
            calls[-1][call[1]] += 1
    return calls


def median(calls):
    """The calls of most connections: a late byte makes one connection dearer, and not the median."""
    totals = [sum(call.values()) for call in calls]
    usual = statistics.median_low(totals)
    return usual, next(call for call in calls if sum(call.values()) == usual)
