#!/bin/sh
# Measures the cost of a large configuration: writes a file, and prints the time of each command on the file, beside the
# time on a file with a single route.
#
#   deploy/bench/scale.sh [ROUTES]     default 10,000; a fifth as many pools, of two backends each
#
# Needs curl and awk, and builds usher if there is no build. Listens on 127.0.0.1, on PORT (default 25443) and PORT + 1.
# Backends are loopback addresses without a listener, so every backend is down, and the log shows their number.
set -eu

ROUTES=${1:-10000}
PORT=${PORT:-25443}
ADMIN=$((PORT + 1))
VIEWERS=4

root=$(CDPATH='' cd -P "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
usher=
trap 'if [ -n "$usher" ]; then kill "$usher" 2>/dev/null || true; wait "$usher" || true; fi; rm -rf "$work"' EXIT
ticks=$(getconf CLK_TCK)

"$root/usher" build

configuration() { # routes
    awk -v routes="$1" -v port="$PORT" -v admin="$ADMIN" 'BEGIN {
        pools = int(routes / 5); if (pools < 1) pools = 1
        print "listeners: { https: { bind: \"127.0.0.1:" port "\" } }"
        print "admin: { bind: \"127.0.0.1:" admin "\" }"
        print "logging: { access: { output: none } }"
        print "pools:"
        for (p = 0; p < pools; p++) {
            net = "127." 1 + int(p / 62500) % 250 "." int(p / 250) % 250 "." p % 250
            printf "  pool-%05d: { backends: [\"%s:24998\", \"%s:24999\"] }\n", p, net, net
        }
        print "routes:"
        for (r = 0; r < routes; r++) printf "  host-%06d.example-%03d.com: pool-%05d\n", r, r % 997, r % pools
    }'
}

now() { date +%s.%N; }

row() { awk -v what="$1" -v began="$2" -v ended="$3" -v cpu="$4" 'BEGIN { printf "%-36s %8.2f s %10s\n", what, ended - began, cpu }'; }

timed() { # what, command...
    what=$1
    shift
    began=$(now)
    "$@" >"$work/out" 2>"$work/err" || true # diff ends with 1 for a difference
    row "$what" "$began" "$(now)" ""
}

cpu() { awk -v ticks="$ticks" '{ printf "%.2f s", ($14 + $15) / ticks }' "/proc/$usher/stat"; }

get() { curl -sf --max-time 120 -o "$work/$2" "http://127.0.0.1:$ADMIN$1"; }

asked() { # what, path
    began=$(now)
    get "$2" answer || echo "$2 was not answered" >&2
    row "$1" "$began" "$(now)" "$(wc -c <"$work/answer") B"
}

until_log() { # text
    while ! grep -q "$1" "$work/log"; do
        kill -0 "$usher" || { cat "$work/log" >&2; exit 1; }
        sleep 0.05
    done
}

configuration 1 >"$work/one.yaml"
configuration "$ROUTES" >"$work/usher.yaml"
sed 's/host-000000/another/' "$work/usher.yaml" >"$work/edited.yaml"
echo "$ROUTES routes, $(wc -c <"$work/usher.yaml") bytes                  wall   CPU or size"

timed "check, one route" "$root/usher" check "$work/one.yaml"
timed "check" "$root/usher" check "$work/usher.yaml"
timed "diff" "$root/usher" diff "$work/usher.yaml" "$work/edited.yaml"

began=$(now)
"$root/usher" run "$work/usher.yaml" >/dev/null 2>"$work/log" &
usher=$!
until_log 'is ready'
row "run until ready" "$began" "$(now)" "$(cpu)"
asked "first /api/v1/status" /api/v1/status
asked "second /api/v1/status" /api/v1/status
asked "/metrics" /metrics

began=$(now)
viewers=
for viewer in $(seq "$VIEWERS"); do
    get /api/v1/config "config$viewer" &
    viewers="$viewers $!"
done
asked "/api/v1/status meanwhile" /api/v1/status
for viewer in $viewers; do wait "$viewer"; done
row "/api/v1/config, $VIEWERS viewers at once" "$began" "$(now)" "$(wc -c <"$work/config1") B each"

timed "reload, unchanged" "$root/usher" reload "$work/usher.yaml"
began=$(now)
cp "$work/edited.yaml" "$work/next.yaml"
mv "$work/next.yaml" "$work/usher.yaml"
until_log 'generation 2 is in force'
row "edit until in force, found by itself" "$began" "$(now)" ""
sed 's/host-000001/yet-another/' "$work/edited.yaml" >"$work/next.yaml"
mv "$work/next.yaml" "$work/usher.yaml"
timed "edit and reload" "$root/usher" reload "$work/usher.yaml"
awk '/VmRSS|VmHWM/ { printf "%-36s %8d MB\n", $1, $2 / 1024 }' "/proc/$usher/status"
echo "CPU in all                           $(cpu)"
echo "lines of log                         $(wc -l <"$work/log")"
began=$(now)
kill "$usher"
wait "$usher" || true
usher=
row "end" "$began" "$(now)" ""
