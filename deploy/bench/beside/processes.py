"""Starts programs, and says what they use: CPU and memory of a process with all of its children."""
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

MOST_DESCRIPTORS = 20_000
PATIENCE = 10
CPUCLOCK_SCHED = 2
running = []
# Servers are not on the path of a user who is not root.
os.environ["PATH"] += ":/usr/sbin:/sbin"


def allow_descriptors():
    """For this process and those it starts; returns the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


class Failure(Exception):
    """A part cannot go on; the others can."""


class Program:
    """A process in a session of its own, which ends with end() or end_all()."""

    def __init__(self, command, log, directory, **more):
        self.command, self.log = [str(word) for word in command], Path(log)
        environment = {**os.environ, "RUNTIME_DIRECTORY": str(directory)}
        with open(self.log, "ab") as out:
            more = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out} | more
            self.process = subprocess.Popen(self.command, env=environment, start_new_session=True, **more)
        running.append(self)

    def pids(self):
        found, fresh = [], [self.process.pid]
        while fresh:
            pid = fresh.pop()
            found.append(pid)
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    fresh += map(int, children.read_text().split())
                except OSError:
                    pass  # the thread has ended
        return found

    def cpu(self):
        """Seconds so far, to the nanosecond, also of threads that have ended."""
        return sum(time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED) for pid in self.pids())

    def pss(self):
        """Proportional memory in MiB: pages that processes share count once. Buffers of sockets are the kernel's, and not in it."""
        kib = 0
        for pid in self.pids():
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return kib / 1024

    def check(self):
        if self.process.poll() is not None:
            raise Failure(f"{' '.join(self.command)} has ended:\n{self.log.read_text(errors='replace')[-3000:]}")

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                for pid in self.pids():
                    os.kill(pid, signal.SIGKILL)
                self.process.wait()
        if self in running:
            running.remove(self)


def end_all(but=()):
    for program in reversed(list(running)):
        if program not in but:
            program.end()
