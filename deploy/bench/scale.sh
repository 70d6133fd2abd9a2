#!/bin/sh
# Measures the cost of a large configuration: writes a file, and prints time and CPU of check, diff, start and reload, and
# of the answers of the admin side. Beside it the same for a file with a single route, and the difference: what the large
# file costs beyond the start of the JVM.
#
#   deploy/bench/scale.sh [ROUTES]     default 10,000; a fifth as many pools, of two backends each
#
# PROBES=none leaves the probes out: thousands a second take CPU from everything else, and are not the start's own work.
# With probes every backend is down, since backends are loopback addresses without a listener. On a busy machine CPU says
# more than time.
#
# Needs curl and awk, and builds usher if there is no build. Listens on 127.0.0.1, on PORT (default 25443) and PORT + 1.
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
    awk -v routes="$1" -v port="$PORT" -v admin="$ADMIN" -v probes="${PROBES:-tcp}" 'BEGIN {
        pools = int(routes / 5); if (pools < 1) pools = 1
        print "listeners: { https: { bind: \"127.0.0.1:" port "\" } }"
        print "admin: { bind: \"127.0.0.1:" admin "\" }"
        print "logging: { access: { output: none } }"
        print "reload: { watch: false }"
        print "defaults: { health_check: { type: " probes " } }"
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

row() { printf '%-38s %8.2f s %8s   %s\n' "$@"; } # what, seconds, CPU, more

since() { awk -v began="$1" -v ended="$(now)" 'BEGIN { print ended - began }'; }

# CPU of the running usher so far, in seconds.
cpu() { awk -v ticks="$ticks" '{ sub(/.*\) /, ""); print ($12 + $13) / ticks }' "/proc/$usher/stat"; }

# CPU of the commands that have ended, in seconds.
children() { awk -v ticks="$ticks" '{ sub(/.*\) /, ""); print ($14 + $15) / ticks }' "/proc/$$/stat"; }

minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a - b }'; }

measured() { # command...: sets $wall and $used
    began=$(now)
    before=$(children)
    "$@" >"$work/out" 2>"$work/err" || true # diff ends with 1 for a difference
    used=$(minus "$(children)" "$before")
    wall=$(since "$began")
}

# Prints a row; with the figures of one route, also the difference.
beyond() { # what, wall, CPU, wall of one route, CPU of one route
    row "$1" "$2" "$3 s" "beyond the JVM's start: $(minus "$2" "$4") s, CPU $(minus "$3" "$5") s"
}

get() { curl -sf --max-time 120 -o "$work/$2" "http://127.0.0.1:$ADMIN$1"; }

asked() { # what, path
    began=$(now)
    before=$(cpu)
    get "$2" answer || echo "$2 was not answered" >&2
    row "$1" "$(since "$began")" "$(minus "$(cpu)" "$before") s" "$(wc -c <"$work/answer") B"
}

until_log() { # text
    while ! grep -qs "$1" "$work/log"; do
        kill -0 "$usher" || { cat "$work/log" >&2; exit 1; }
        sleep 0.02
    done
}

start() { # file: sets $wall and $used
    : >"$work/log" # the shell below empties the log later than until_log reads
    began=$(now)
    "$root/usher" run "$1" >/dev/null 2>"$work/log" &
    usher=$!
    until_log 'is ready'
    used=$(cpu)
    wall=$(since "$began")
}

end() {
    kill "$usher"
    wait "$usher" || true
    usher=
}

# The reload of a running usher: CPU of both processes.
reload() { # file
    had=$(cpu)
    measured "$root/usher" reload --pid "$usher"
    used=$(awk -v a="$used" -v b="$(minus "$(cpu)" "$had")" 'BEGIN { printf "%.2f", a + b }')
}

edited() { # from, to, file
    sed "s/$1/$2/" "$3" >"$work/next.yaml"
    mv "$work/next.yaml" "$3"
}

configuration 1 >"$work/one.yaml"
configuration "$ROUTES" >"$work/usher.yaml"
echo "$ROUTES routes, $(wc -c <"$work/usher.yaml") bytes                      time      CPU"

measured "$root/usher" check "$work/one.yaml"
one_wall=$wall one_used=$used
row "check, one route" "$wall" "$used s" ""
measured "$root/usher" check "$work/usher.yaml"
beyond "check" "$wall" "$used" "$one_wall" "$one_used"
sed 's/host-000000/another/' "$work/usher.yaml" >"$work/edited.yaml"
measured "$root/usher" diff "$work/usher.yaml" "$work/edited.yaml"
beyond "diff, of two files" "$wall" "$used" "$one_wall" "$one_used"

start "$work/one.yaml"
start_wall=$wall start_used=$used
row "run until ready, one route" "$wall" "$used s" ""
reload "$work/one.yaml"
reload_wall=$wall reload_used=$used
row "reload, one route" "$wall" "$used s" ""
end

start "$work/usher.yaml"
beyond "run until ready" "$wall" "$used" "$start_wall" "$start_used"
reload "$work/usher.yaml"
beyond "reload, unchanged" "$wall" "$used" "$reload_wall" "$reload_used"
for edit in 1 2 3; do
    edited "host-00000$edit" "edited-$edit" "$work/usher.yaml"
    reload "$work/usher.yaml"
    beyond "reload, edit $edit" "$wall" "$used" "$reload_wall" "$reload_used"
done

get /api/v1/config config
echo "reloads by usher's own clock, the last first: $(grep -o '"took_seconds":[0-9.]*' "$work/config" | cut -d: -f2 | tr '\n' ' ')"

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
for viewer in $viewers; do wait "$viewer" || echo "/api/v1/config was not answered" >&2; done
row "/api/v1/config, $VIEWERS viewers at once" "$(since "$began")" "" "$(wc -c <"$work/config1") B each"
measured "$root/usher" status --pid "$usher"
row "usher status" "$wall" "$used s" "$(wc -l <"$work/out") lines"

before=$(cpu)
began=$(now)
sleep 10
row "at rest, a second" 1 "$(awk -v a="$(cpu)" -v b="$before" -v s="$(since "$began")" 'BEGIN { printf "%.2f", (a - b) / s }') s" ""
awk '/VmRSS|VmHWM/ { printf "%-38s %8d MB\n", $1, $2 / 1024 }' "/proc/$usher/status"
echo "lines of log                           $(wc -l <"$work/log")"
began=$(now)
end
row "end" "$(since "$began")" "" ""
