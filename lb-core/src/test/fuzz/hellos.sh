#!/usr/bin/env bash
# Makes the corpus of HelloFuzz again: what the TLS clients of this machine say first, one file a client. A client that is
# not installed is named and left out; the file of an earlier run stays. Randoms and keys differ at each run.
#
#   lb-core/src/test/fuzz/hellos.sh
#
# Debian's packages: openssl curl gnutls-bin libnss3-tools chromium golang-go python3 nodejs, and a JDK.
set -euo pipefail

cd "$(dirname "$0")/../resources/dev/usher/fuzz/HelloFuzz"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Listens until a client has said a whole ClientHello, writes its records into a file, and ends.
cat >"$work/catch.py" <<'P'
import socket, sys

def whole(come):
    at, body = 0, b""
    while len(come) >= at + 5 and len(come) >= at + 5 + int.from_bytes(come[at + 3:at + 5], "big"):
        length = int.from_bytes(come[at + 3:at + 5], "big")
        body, at = body + come[at + 5:at + 5 + length], at + 5 + length
        if len(body) >= 4 and len(body) >= 4 + int.from_bytes(body[1:4], "big"):
            return True
    return False

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
server.settimeout(10)
come = b""
while not whole(come):
    client, _ = server.accept()
    client.settimeout(2)
    come = b""
    try:
        while not whole(come):
            more = client.recv(65536)
            if not more:
                break
            come += more
    except TimeoutError:
        pass  # a connection in advance, of a browser
open(sys.argv[2], "wb").write(come)
P

port=28743
hello() { # FILE PROGRAM ARGUMENTS...: what PROGRAM says to 127.0.0.1:$port
  local file=$1
  shift
  command -v "$1" >/dev/null || { echo "NOT MADE: $file, $1 is not installed" >&2; return 0; }
  python3 "$work/catch.py" "$port" "$work/$file" &
  local catcher=$!
  until ss -Hltn "sport = :$port" | grep -q .; do sleep 0.1; done
  timeout 15 "$@" </dev/null >"$work/out" 2>&1 || true
  if wait "$catcher"; then mv "$work/$file" "$file"; echo "$file: $(stat -c %s "$file") bytes"; else tail -3 "$work/out" >&2; fi
}

name=www.example.com
at=127.0.0.1:$port
hello openssl openssl s_client -connect "$at" -servername "$name"
hello openssl-alpn openssl s_client -connect "$at" -servername "$name" -alpn h2,http/1.1
hello openssl-tls12 openssl s_client -connect "$at" -servername "$name" -tls1_2
hello openssl-no-name openssl s_client -connect "$at" -noservername
hello openssl-small-records openssl s_client -connect "$at" -servername "$name" -max_send_frag 512
hello curl curl -sk --connect-to "::$at" "https://$name/"
hello curl-http1 curl -sk --http1.1 --connect-to "::$at" "https://UPPER.$name./"
hello gnutls gnutls-cli --insecure --sni-hostname "$name" -p "$port" 127.0.0.1
hello gnutls-alpn gnutls-cli --insecure --sni-hostname "$name" --alpn h2 --priority NORMAL:-VERS-TLS1.3 -p "$port" 127.0.0.1
hello nss tstclnt -D -o -h 127.0.0.1 -p "$port" -a "$name"
hello node node -e "require('tls').connect({host:'127.0.0.1',port:$port,servername:'$name',ALPNProtocols:['h2','spdy/3']}).on('error',()=>{})"
hello python python3 -c "import socket, ssl; ssl._create_unverified_context().wrap_socket(socket.create_connection(('127.0.0.1', $port)), server_hostname='$name')"
cat >"$work/Hello.java" <<J
import java.net.URI; import java.net.http.*;
void main() throws Exception {
    HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("https://localhost:$port/")).build(), HttpResponse.BodyHandlers.discarding());
}
J
hello jdk "${JAVA_HOME:+$JAVA_HOME/bin/}java" "$work/Hello.java"
hello chromium chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --ignore-certificate-errors --host-resolver-rules="MAP * $at" "https://$name/"
cat >"$work/hello.go" <<G
package main
import "crypto/tls"
func main() { tls.Dial("tcp", "$at", &tls.Config{ServerName: "$name", NextProtos: []string{"h2", "http/1.1"}, InsecureSkipVerify: true}) }
G
HOME=$work hello go go run "$work/hello.go"
