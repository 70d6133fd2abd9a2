"""The programs that are compared: a file and a command for each, with the same names, backends and number of threads."""
import getpass
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAME = "a.test"
WILD = "b.test"
MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")
# Descriptors are 20,000: two a connection, two a pipe, and one for the probe of each server.
CONNECTIONS = 9_300
PIPES = 400


@dataclass
class Place:
    """Where a program listens, and what its file is to hold: more routes, or more pools with probes, than the two of all files."""
    directory: Path
    port: int
    backends: list
    workers: int
    routes: int = 0
    pools: int = 0
    extra_port: int = 0
    log: bool = False
    metrics: bool = False

    def file(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def hosts(self):
        return [f"host-{i:06}.example-{i % 997:03}.com" for i in range(self.routes)]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# ---- usher ----

def build(program):
    """The launcher of the checkout builds if a source is newer; a build within a measurement would be measured."""
    launcher = Path(__file__).resolve().parents[3] / "usher"
    if Path(program).resolve() == launcher and subprocess.run([launcher, "build"], check=False).returncode:
        raise SystemExit(f"{launcher} build has failed")


def usher(transport, program):
    def command(place):
        addresses = ", ".join(f'"127.0.0.1:{port}"' for port in place.backends)
        lines = [f"listeners: {{ https: {{ bind: '127.0.0.1:{place.port}' }} }}",
                 f"workers: {place.workers}", f"transport: {transport}", "reload: { watch: false }",
                 f"admin: {{ bind: '127.0.0.1:{place.extra_port}' }}" if place.metrics else "admin: none",
                 f"logging: {{ access: {{ output: {place.directory / 'access.json' if place.log else 'none'} }} }}",
                 f"pools:\n  pool: {{ backends: [{addresses}] }}"]
        lines += [f"  pool-{i}: {{ backends: [{addresses}] }}" for i in range(place.pools)]
        lines += ["routes:", f"  {NAME}: pool", f'  "*.{WILD}": pool']
        lines += [f"  {host}: pool" for host in place.hosts()]
        lines += [f"  probed-{i}.test: pool-{i}" for i in range(place.pools)]
        return [program, "run", place.file("usher.yaml", "\n".join(lines) + "\n")]
    return command


# ---- HAProxy ----

def haproxy(splice):
    def command(place):
        servers = "\n".join(f"  server s{i} 127.0.0.1:{port} check inter 2s" for i, port in enumerate(place.backends))
        probed = "\n".join(f"backend pool-{i}\n{servers}" for i in range(place.pools))
        names = "".join(f"{host} web\n" for host in place.hosts()) + f"{NAME} web\n"
        names += "".join(f"probed-{i}.test pool-{i}\n" for i in range(place.pools))
        metrics = f"""\
frontend metrics
  mode http
  bind 127.0.0.1:{place.extra_port}
  http-request use-service prometheus-exporter
"""
        return ["haproxy", "-db", "-f", place.file("haproxy.cfg", f"""\
global
  nbthread {place.workers}
  maxconn {CONNECTIONS - 2 * place.pools}
  maxpipes {PIPES}
  {"log stdout format raw local0" if place.log else ""}
defaults
  mode tcp
  {"log global" if place.log else ""}
  {"option tcplog" if place.log else ""}
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  {"option splice-request" if splice else ""}
  {"option splice-response" if splice else ""}
frontend https
  bind 127.0.0.1:{place.port}
  tcp-request inspect-delay 5s
  tcp-request content accept if {{ req_ssl_hello_type 1 }}
  use_backend web if {{ req_ssl_sni -m end -i .{WILD} }}
  use_backend %[req_ssl_sni,lower,map({place.file("names", names)})]
{metrics if place.metrics else ""}backend web
  balance roundrobin
{servers}
{probed}
""")]
    return command


# ---- nginx, sniproxy ----

def nginx(place):
    backends = "\n".join(f"    server 127.0.0.1:{port};" for port in place.backends)
    names = "\n".join(f"    {host} web;" for host in place.hosts())
    load = f"load_module {MODULE};" if MODULE.exists() else ""
    log = f"log_format line '$remote_addr $time_iso8601 $ssl_preread_server_name $status $bytes_sent $session_time $upstream_addr'; " \
          f"access_log {place.directory}/access.log line;" if place.log else ""
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    return ["nginx", "-e", place.directory / "nginx.log", "-c", place.file("nginx.conf", f"""\
{load}
{user}
daemon off;
worker_processes {place.workers};
worker_rlimit_nofile 20000;
pid {place.directory}/nginx.pid;
error_log {place.directory}/nginx.log;
events {{ worker_connections 19900; }}
stream {{
  {log}
  map_hash_max_size 262144;
  map_hash_bucket_size 128;
  map $ssl_preread_server_name $pool {{
    hostnames;
    {NAME} web;
    *.{WILD} web;
{names}
  }}
  upstream web {{
{backends}
  }}
  server {{ listen 127.0.0.1:{place.port} reuseport backlog=4096; ssl_preread on; proxy_pass $pool; proxy_timeout 1h; }}
}}
""")]


def sniproxy(place):
    """One thread; a name leads to one backend."""
    user = f"user {getpass.getuser()}" if os.getuid() == 0 else ""
    first, last = place.backends[0], place.backends[-1]
    escaped = "\n".join(f"  ^{host}$ 127.0.0.1:{first}".replace(".com", "\\.com") for host in place.hosts())
    return ["sniproxy", "-f", "-c", place.file("sniproxy.conf", f"""\
{user}
pidfile {place.directory}/sniproxy.pid
error_log {{
  filename {place.directory}/sniproxy.log
}}
listener 127.0.0.1:{place.port} {{
  proto tls
  table names
}}
table names {{
{escaped}
  ^a\\.test$ 127.0.0.1:{first}
  .*\\.b\\.test$ 127.0.0.1:{last}
}}
""")]


def given(words):
    """A program of the command line: {port}, {b0}, {b1} and {workers} are filled in, also in the file of {fill:FILE}."""
    def filled(place, text):
        facts = {"port": place.port, "b0": place.backends[0], "b1": place.backends[-1], "workers": place.workers}
        for key, value in facts.items():
            text = text.replace(f"{{{key}}}", str(value))
        return text

    def word_of(place, word):
        if word.startswith("{fill:"):
            file = Path(word[6:-1])
            return place.file(file.name, filled(place, file.read_text()))
        return filled(place, word)

    return lambda place: [word_of(place, word) for word in words.split()]


@dataclass
class Product:
    key: str
    label: str
    command: object
    package: str = ""
    # Connections: the JVM compiles meanwhile.
    warm: int = 1_000
    probes: bool = True
    log: bool = False
    metrics: bool = False

    def there(self):
        return not self.package or shutil.which(self.key.split("-")[0]) is not None and (self.key != "nginx" or has_stream())


def has_stream():
    return MODULE.exists()


def all_products(program):
    return [Product("usher-epoll", "usher", usher("epoll", program), warm=30_000),
            Product("usher-ring", "usher, epoll+ring", usher("epoll+ring", program), warm=30_000),
            Product("usher-nio", "usher, nio", usher("nio", program), warm=30_000),
            Product("haproxy", "HAProxy", haproxy(False), "haproxy"),
            Product("haproxy-splice", "HAProxy, splice", haproxy(True), "haproxy"),
            Product("nginx", "nginx", nginx, "libnginx-mod-stream", probes=False),
            Product("sniproxy", "sniproxy", sniproxy, "sniproxy", probes=False)]


# Not in Debian's packages: measured where somebody has them.
ABSENT = {
    "Envoy": "deploy/bench/compare --peer 'envoy=envoy --concurrency {workers} -c {fill:envoy.yaml}'",
    "Traefik": "deploy/bench/compare --peer 'traefik=traefik --configFile={fill:traefik.yaml}'",
    "caddy-l4": "deploy/bench/compare --peer 'caddy=caddy run --config {fill:caddy.json}'"}
