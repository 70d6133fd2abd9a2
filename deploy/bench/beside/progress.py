"""Tells how far a run is: what runs, and about how much time is left."""
import sys
import time


class Progress:
    """Estimates are seconds; the time left goes by how well they have held so far."""

    def __init__(self, estimated):
        self.estimated, self.gone, self.began, self.told = estimated, 0.0, time.monotonic(), ""

    def left(self):
        took = time.monotonic() - self.began
        pace = took / self.gone if self.gone > 10 else 1
        return max(0, self.estimated - self.gone) * pace

    def step(self, group, what, seconds):
        """A group, as "round 3 of 9", has a line where this is no terminal; every step shows on a terminal."""
        left = int(self.left() + 0.5)
        line = f"{group}, {what}; about {left // 60}:{left % 60:02} left"
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif group != self.told:
            print(line, file=sys.stderr, flush=True)
        self.told = group
        self.gone += seconds

    def end(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
