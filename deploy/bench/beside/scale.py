"""What grows: routes, open connections, probed pools, slow clients."""
import time

from .field import estimate_warm
from .parts import connections, round_trips
from .rows import CONNECTIONS, POOLS, ROUTES, SLOW

SLOW_SECONDS = 90
AT_REST = 3


class Routes:
    """A field for each size. Of usher the default alone: the transports do not see routes."""

    def products(self, bench):
        return [product for product in bench.products if product.key in ("usher-epoll", "haproxy", "nginx", "sniproxy")]

    def seconds(self, bench):
        products = self.products(bench)
        turns = bench.options.few * len(products) * (bench.options.turn + 0.15)
        return len(ROUTES) * (estimate_warm(products, bench.options.warm * 2 / 3) + turns + 3)

    def run(self, bench):
        for size in ROUTES:
            group = f"{size:,} routes"
            entrants = []
            for product in self.products(bench):
                bench.progress.step(group, f"start of {product.label}", 0.8)
                entrants.append(bench.enter(product, routes=size - 1))
                bench.note(f"routes_ready_{size}", product.key, 1e3 * entrants[-1].until_answered(bench.generator))
            bench.warm(entrants, bench.options.warm * 2 / 3, group)
            for _ in range(bench.options.few):
                for entrant in bench.shuffled(entrants):
                    bench.progress.step(group, entrant.product.label, bench.options.turn + 0.15)
                    connections(bench, entrant, f"routes_conn_{size}", None)
            for entrant in entrants:
                bench.note(f"routes_pss_{size}", entrant.product.key, entrant.program.pss())
                entrant.end()


class Connections:
    """The same rate of round trips over more and more connections, in turn over all."""

    def sizes(self, bench):
        return [min(size, bench.options.most_connections) for size in CONNECTIONS]

    def seconds(self, bench):
        opening = sum(self.sizes(bench)) / 4000
        return bench.options.few * len(bench.products) * (opening + len(CONNECTIONS) * (bench.options.turn + 0.2))

    def run(self, bench, entrants):
        for number in range(bench.options.few):
            for row, size in zip(CONNECTIONS, self.sizes(bench)):
                for entrant in bench.shuffled(entrants):
                    bench.progress.step(f"open connections, round {number + 1} of {bench.options.few}",
                                        f"{size:,}, {entrant.product.label}", bench.options.turn + 0.2 + size / 4000)
                    round_trips(bench, entrant, size, f"many_cpu_{row}", (f"many_p99_{row}",))


class Probes:
    """At rest, every program probes the backends of 1,000 pools every 2 s; then connections beside."""

    def products(self, bench):
        return [product for product in bench.products if product.key in ("usher-epoll", "usher-nio", "haproxy")]

    def seconds(self, bench):
        products = self.products(bench)
        return (estimate_warm(products, bench.options.warm * 2 / 3)
                + bench.options.few * len(products) * (AT_REST + bench.options.turn + 0.15) + 5)

    def run(self, bench):
        entrants = bench.field(self.products(bench), pools=POOLS)
        group = f"{POOLS:,} pools probed"
        bench.warm(entrants, bench.options.warm * 2 / 3, group)
        for _ in range(bench.options.few):
            for entrant in bench.shuffled(entrants):
                bench.progress.step(group, entrant.product.label, AT_REST + bench.options.turn + 0.15)
                bench.note("probes", entrant.product.key, 1e3 * at_rest(entrant.program))
                connections(bench, entrant, "probes_cpu", None)
        for entrant in entrants:
            entrant.end()


class Slow:
    """Half of the slow clients read 256 bytes a second, half send as much; round trips of others go on beside."""

    def seconds(self, bench):
        return bench.options.slow_rounds * len(bench.products) * (bench.options.turn + AT_REST + 2.5)

    def run(self, bench, entrants):
        count = min(SLOW, bench.options.most_connections)
        for number in range(bench.options.slow_rounds):
            for entrant in bench.shuffled(entrants):
                bench.progress.step(f"{count:,} slow clients, round {number + 1} of {bench.options.slow_rounds}",
                                    entrant.product.label, bench.options.turn + AT_REST + 2.5)
                load = bench.generator.begin("slow", entrant.place.port, "--clients", count, "--seconds", SLOW_SECONDS)
                opened = load.line()
                time.sleep(0.5)
                key = entrant.product.key
                bench.note("slow", key, 1e3 * at_rest(entrant.program), opened["errors"])
                round_trips(bench, entrant, row="slow_cpu", times=("slow_p99",))
                bench.note("slow_pss", key, entrant.program.pss())
                bench.fault("slow", key, load.end()["errors"])


def at_rest(program):
    """Seconds of CPU a second, of a program that nobody else uses."""
    before, began = program.cpu(), time.monotonic()
    time.sleep(AT_REST)
    return (program.cpu() - before) / (time.monotonic() - began)
