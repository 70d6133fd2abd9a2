"""A field: programs that run at once, are warm, and come under load one at a time, in short shuffled turns."""
import random
import shutil
import socket
import time
import urllib.request
from dataclasses import replace

from .processes import Failure, Program
from .products import NAME, Place, free_port

PATIENCE = 90
BULK_CLIENTS = 4
CLIENTS = 64
# For estimates.
CONNECTIONS_A_SECOND = 4_000


class Entrant:
    """A program of the field, with its place."""

    def __init__(self, product, place):
        self.product, self.place = product, place
        self.began = time.monotonic()
        self.program = Program(product.command(place), place.directory / "out.log", place.directory)

    def until_answered(self, generator):
        """Seconds from the start to the first answer, which the generator checks."""
        deadline = self.began + PATIENCE
        while not listens(self.place.port):
            self.program.check()
            if time.monotonic() > deadline:
                raise Failure(f"{self.product.label} does not listen within {PATIENCE} s: {self.place.directory}/out.log")
            time.sleep(0.002)
        while generator.run("one-by-one", self.place.port, "--clients", 1)["errors"]:
            self.program.check()
            if time.monotonic() > deadline:
                raise Failure(f"{self.product.label} does not answer within {PATIENCE} s: {self.place.directory}/out.log")
            time.sleep(0.002)
        return time.monotonic() - self.began

    def end(self):
        self.program.end()
        shutil.rmtree(self.place.directory)

    def scrape(self):
        url = f"http://127.0.0.1:{self.place.extra_port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return len(answer.read())


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Bench:
    """What all parts share: the generator, backends, the programs to compare, and where results go."""

    def __init__(self, options, directory, generator, products, progress, results):
        self.options, self.directory, self.generator = options, directory, generator
        self.products, self.progress, self.results = products, progress, results
        self.backends = [generator.backend() for _ in range(2)]
        self.count = 0

    def place(self, **more):
        self.count += 1
        directory = self.directory / f"place-{self.count}"
        directory.mkdir()
        ports = [port for _, port in self.backends]
        return Place(directory, free_port(), ports, self.options.workers, extra_port=free_port(), **more)

    def enter(self, product, **more):
        return Entrant(product, self.place(log=product.log, metrics=product.metrics, **more))

    def field(self, products, **more):
        entrants = [self.enter(product, **more) for product in products]
        for entrant in entrants:
            entrant.until_answered(self.generator)
        return entrants

    def warm(self, entrants, share, group):
        """A program's own `warm` says how many connections the share of 1 is: a busy machine takes longer for as much."""
        for entrant in entrants:
            seconds = warm_seconds(entrant.product, share)
            self.progress.step(group, f"warming {entrant.product.label}", seconds)
            port, left, deadline = entrant.place.port, entrant.product.warm * share, time.monotonic() + 3 * seconds
            while left > 0 and time.monotonic() < deadline:
                left -= self.generator.run("connections", port, "--seconds", 0.5)["done"]
            self.generator.run("round-trips", port, "--seconds", seconds / 4, "--rate", self.options.rate)
            for way in [], ["--up"]:
                self.generator.run("transfers", port, "--clients", BULK_CLIENTS, "--seconds", seconds / 8, *way)

    def shuffled(self, entrants):
        return random.sample(entrants, len(entrants))

    def note(self, row, key, value, errors=0):
        self.results.note(row, key, value)
        self.fault(row, key, errors)

    def fault(self, row, key, errors):
        if errors:
            self.results.fault(row, key, errors)


def warm_seconds(product, share):
    return 0.5 + 1.5 * product.warm * share / CONNECTIONS_A_SECOND


def estimate_warm(products, share):
    return sum(warm_seconds(product, share) for product in products)


def direct(bench):
    """The backend itself, as if it were a program of the field."""
    program, port = bench.backends[0]
    entrant = object.__new__(Entrant)
    entrant.product = replace(bench.products[0], key="direct", label="no proxy")
    entrant.place, entrant.program = Place(bench.directory, port, [port], 1), program
    return entrant
