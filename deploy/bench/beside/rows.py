"""The rows of the table: a key of the results, a title, the unit of the absolute figure, and whether less is better."""
from dataclasses import dataclass

ROUTES = [1, 1_000, 10_000, 100_000]
CONNECTIONS = [10, 100, 1_000, 9_000]
POOLS = 1_000
SLOW = 5_000
HELD = 4_000


@dataclass(frozen=True)
class Row:
    key: str
    title: str
    unit: str
    part: str
    more_is_better: bool = False
    picture: bool = False
    # Ratios to the same program without the thing, where the key of a program ends so.
    own: str = ""


def many(count):
    return f"{count:,}"


ROWS = [
    Row("conn_cpu", "CPU per connection", "µs", "turns", picture=True),
    Row("conn_rate", "connections a second", "1/s", "turns", more_is_better=True),
    Row("rr_cpu", "CPU per round trip", "µs", "turns", picture=True),
    Row("down_cpu", "CPU per GiB, down", "ms", "turns", picture=True),
    Row("up_cpu", "CPU per GiB, up", "ms", "turns", picture=True),
    Row("down_rate", "throughput, down", "GiB/s", "turns", more_is_better=True),
    Row("up_rate", "throughput, up", "GiB/s", "turns", more_is_better=True),
    Row("p50", "round trip, p50", "µs", "turns", picture=True),
    Row("p90", "round trip, p90", "µs", "turns"),
    Row("p99", "round trip, p99", "µs", "turns", picture=True),
    Row("p999", "round trip, p99.9", "µs", "turns"),
    Row("ready", "start to the first answer", "ms", "start", picture=True),
    Row("ready_cpu", "CPU of the start", "ms", "start"),
    Row("pss_idle", "memory after the start", "MiB", "memory", picture=True),
    Row("pss_loaded", "memory after all loads", "MiB", "memory", picture=True),
    Row("pss_held", f"memory with {many(HELD)} idle connections", "MiB", "memory", picture=True),
    Row("held", "memory that an idle connection adds", "KiB", "memory"),
    Row("log_cpu", "CPU per connection, access log on", "µs", "extras", own="-log"),
    Row("metrics_cpu", "CPU per connection, metrics on", "µs", "extras", own="-metrics"),
    Row("reading", "CPU of a reading of the metrics", "ms", "extras"),
    *[Row(f"{key}_{size}", f"{title}, {many(size)} routes", unit, "routes", picture=key == "routes_conn" and size == ROUTES[-1])
      for key, title, unit in (("routes_conn", "CPU per connection", "µs"), ("routes_ready", "start to the first answer", "ms"),
                               ("routes_pss", "memory", "MiB")) for size in ROUTES],
    *[Row(f"{key}_{size}", f"{title}, {many(size)} connections", "µs", "connections",
          picture=key == "many_cpu" and size == CONNECTIONS[-1])
      for key, title in (("many_cpu", "CPU per round trip"), ("many_p99", "round trip p99")) for size in CONNECTIONS],
    Row("probes", f"CPU of {many(POOLS)} pools probed, a second", "ms", "pools"),
    Row("probes_cpu", f"CPU per connection, {many(POOLS)} pools probed", "µs", "pools"),
    Row("slow", f"CPU of {many(SLOW)} slow clients, a second", "ms", "slow"),
    Row("slow_cpu", f"CPU per round trip beside {many(SLOW)} slow clients", "µs", "slow", picture=True),
    Row("slow_p99", f"round trip p99 beside {many(SLOW)} slow clients", "µs", "slow"),
    Row("slow_pss", f"memory with {many(SLOW)} slow clients", "MiB", "slow"),
]

HEADINGS = {"turns": "Work", "start": "Start", "memory": "Memory", "extras": "Access log and metrics", "routes": "Routes",
            "connections": "Open connections", "pools": "Probes", "slow": "Slow clients"}
