"""Builds the load generator of deploy/bench/load, starts its backends, and runs its modes against a port."""
import json
import subprocess
from pathlib import Path

from .processes import Failure, Program

SOURCE = Path(__file__).resolve().parents[1] / "load"
PATIENCE = 60


class Generator:
    def __init__(self, directory):
        self.directory, self.binary = directory, directory / "load"
        sources = sorted(SOURCE.glob("*.c"))
        subprocess.run(["gcc", "-O2", "-std=gnu17", "-o", self.binary, *sources], check=True)

    def backend(self):
        """A backend's program, and its port."""
        program = Program([self.binary, "serve"], self.directory / "backend.log", self.directory,
                          stdout=subprocess.PIPE, text=True)
        return program, json.loads(program.process.stdout.readline())["port"]

    def served(self, backend):
        """Ends a backend; returns its report."""
        backend.process.terminate()
        rest, _ = backend.process.communicate(timeout=PATIENCE)
        backend.end()
        return json.loads(rest)

    def begin(self, mode, port, *words):
        return Load([self.binary, mode, "--port", port, *words])

    def run(self, mode, port, *words, program=None):
        """What a mode reports, and the seconds of CPU that a program has used meanwhile, without the opening of connections."""
        before = program.cpu() if program else 0
        load = self.begin(mode, port, *words)
        if mode != "connections" and mode != "one-by-one":
            load.line()
            before = program.cpu() if program else 0
        report = load.line()
        report["cpu"] = program.cpu() - before if program else 0
        load.end()
        return report


class Load:
    """A mode that runs."""

    def __init__(self, command):
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failure(f"{' '.join(self.command)} has ended with {self.process.wait(PATIENCE)}")
        return json.loads(line)

    def end(self):
        """Lets go of connections; returns the last report, if there is one more."""
        rest, _ = self.process.communicate(timeout=PATIENCE)
        return json.loads(rest.splitlines()[-1]) if rest.strip() else None
