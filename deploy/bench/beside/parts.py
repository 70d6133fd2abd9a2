"""What is measured in turns: work, latency, memory, the start, and the cost of an access log and of metrics."""
import time
from collections import Counter
from dataclasses import replace

from .field import BULK_CLIENTS, CLIENTS, direct, estimate_warm
from .rows import HELD

GIB = 2**30
HELD_SECONDS = 60
REST = 0.2
LOG_SECONDS = 5


# ---- turns: each leaves its figures under the program's key ----

def connections(bench, entrant, row="conn_cpu", rate="conn_rate"):
    found = bench.generator.run("connections", entrant.place.port, "--clients", CLIENTS, "--seconds", bench.options.turn,
                                program=entrant.program)
    key = entrant.product.key
    bench.note(row, key, found["cpu"] * 1e6 / max(1, found["done"]), found["errors"])
    if rate:
        bench.note(rate, key, found["done"] / found["seconds"])
    return found["done"]


def round_trips(bench, entrant, clients=CLIENTS, row="rr_cpu", times=("p50", "p90", "p99", "p999")):
    found = bench.generator.run("round-trips", entrant.place.port, "--clients", clients, "--seconds", bench.options.turn,
                                "--rate", bench.options.rate, program=entrant.program)
    key = entrant.product.key
    bench.fault(row, key, found["errors"])
    if key != "direct":
        bench.note(row, key, found["cpu"] * 1e6 / max(1, found["done"]))
    for time_row in times:
        share = time_row if time_row in found else "p99"
        bench.note(time_row, key, found[share])


def transfers(bench, entrant, way):
    found = bench.generator.run("transfers", entrant.place.port, "--clients", BULK_CLIENTS, "--seconds", bench.options.turn,
                                *(["--up"] if way == "up" else []), program=entrant.program)
    key, gib = entrant.product.key, max(1, found["bytes"]) / GIB
    bench.note(f"{way}_cpu", key, found["cpu"] * 1e3 / gib, found["errors"])
    bench.note(f"{way}_rate", key, gib / found["seconds"])


def memory_held(bench, entrant):
    before = entrant.program.pss()
    load = bench.generator.begin("held", entrant.place.port, "--clients", held(bench), "--seconds", HELD_SECONDS)
    load.line()
    time.sleep(REST)
    with_all = entrant.program.pss()
    found = load.end()
    key = entrant.product.key
    bench.note("pss_held", key, with_all, found["errors"])
    bench.note("held", key, (with_all - before) * 1024 / held(bench))


def held(bench):
    return min(HELD, bench.options.most_connections)


# ---- parts ----

class Turns:
    """The main field. `extra` are parts that want the same programs, warm."""

    def __init__(self, extra):
        self.extra = extra

    def seconds(self, bench):
        a_round = (4 * len(bench.products) + 1) * (bench.options.turn + 0.15)
        return (estimate_warm(bench.products, bench.options.warm) + bench.options.rounds * a_round
                + 2.5 * len(bench.products) * bench.options.memory + sum(part.seconds(bench) for part in self.extra))

    def run(self, bench):
        entrants = bench.field(bench.products)
        if bench.options.memory:
            time.sleep(2)
            for entrant in entrants:
                bench.note("pss_idle", entrant.product.key, entrant.program.pss())
        bench.warm(entrants, bench.options.warm, "warm-up")
        for number in range(bench.options.rounds if bench.options.work else 0):
            self.round(bench, entrants, f"work, round {number + 1} of {bench.options.rounds}")
        if bench.options.memory:
            for entrant in bench.shuffled(entrants):
                bench.progress.step("memory", entrant.product.label, 2.5)
                bench.note("pss_loaded", entrant.product.key, entrant.program.pss())
                memory_held(bench, entrant)
        for part in self.extra:
            part.run(bench, entrants)
        for entrant in entrants:
            entrant.end()

    def round(self, bench, entrants, group):
        for what, turn, more in (("connections", connections, ()), ("round trips", round_trips, ()),
                                 ("down", transfers, ("down",)), ("up", transfers, ("up",))):
            field = entrants + [direct(bench)] if turn is round_trips else entrants
            for entrant in bench.shuffled(field):
                bench.progress.step(group, f"{what}, {entrant.product.label}", bench.options.turn + 0.15)
                turn(bench, entrant, *more)


class Starts:
    def seconds(self, bench):
        return bench.options.starts * 0.8 * len(bench.products)

    def run(self, bench):
        for number in range(bench.options.starts):
            for product in bench.shuffled(bench.products):
                bench.progress.step(f"start {number + 1} of {bench.options.starts}", product.label, 0.8)
                entrant = bench.enter(product)
                bench.note("ready", product.key, 1e3 * entrant.until_answered(bench.generator))
                bench.note("ready_cpu", product.key, 1e3 * entrant.program.cpu())
                entrant.end()


class Extras:
    """The same program with an access log, and with metrics; and what one reading of its metrics costs."""
    LOGS = {"usher-epoll": "access.json", "haproxy": "out.log", "nginx": "access.log"}
    METRICS = {"usher-epoll", "haproxy"}
    READINGS = 5
    READINGS_TO_WARM = 200

    def products(self, bench):
        found = []
        for product in bench.products:
            if product.key in self.LOGS:
                found += [product, replace(product, key=product.key + "-log", log=True)]
            if product.key in self.METRICS:
                found.append(replace(product, key=product.key + "-metrics", metrics=True))
        return found

    def seconds(self, bench):
        products = self.products(bench)
        return (estimate_warm(products, bench.options.warm * 2 / 3)
                + bench.options.rounds * len(products) * (bench.options.turn + 0.15))

    def run(self, bench):
        entrants = bench.field(self.products(bench))
        bench.warm(entrants, bench.options.warm * 2 / 3, "warm-up, logs and metrics")
        for entrant in entrants:
            for _ in range(self.READINGS_TO_WARM if entrant.product.metrics else 0):
                entrant.scrape()
        done = Counter()
        for number in range(bench.options.rounds):
            for entrant in bench.shuffled(entrants):
                bench.progress.step(f"logs and metrics, round {number + 1} of {bench.options.rounds}", entrant.product.key,
                                    bench.options.turn + 0.15)
                done[entrant.product.key] += self.turn(bench, entrant)
        for entrant in entrants:
            if entrant.product.log:
                self.check_log(bench, entrant, done[entrant.product.key])
            entrant.end()

    def turn(self, bench, entrant):
        """A program without either is the measure of both rows."""
        done = connections(bench, entrant, "metrics_cpu" if entrant.product.metrics else "log_cpu", None)
        if entrant.product.metrics:
            self.read(bench, entrant)
        elif not entrant.product.log:
            bench.note("metrics_cpu", entrant.product.key, bench.results.values["log_cpu"][entrant.product.key][-1])
        return done

    def read(self, bench, entrant):
        before = entrant.program.cpu()
        for _ in range(self.READINGS):
            entrant.scrape()
        used = entrant.program.cpu() - before
        bench.note("reading", entrant.product.key.removesuffix("-metrics"), 1e3 * used / self.READINGS)

    def check_log(self, bench, entrant, connections_seen):
        """A log that leaves out lines would be cheap."""
        key = entrant.product.key
        file = entrant.place.directory / self.LOGS[key.removesuffix("-log")]
        deadline = time.monotonic() + LOG_SECONDS
        while lines(file) < connections_seen and time.monotonic() < deadline:
            time.sleep(0.1)
        bench.fault("log_cpu", key, max(0, connections_seen - lines(file)))


def lines(file):
    with open(file, "rb") as text:
        return sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b""))
