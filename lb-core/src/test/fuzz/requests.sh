#!/usr/bin/env bash
# Makes the corpora of the other targets again: a request of each kind, and the inputs that once broke a promise.
set -euo pipefail

cd "$(dirname "$0")/../resources/dev/usher/fuzz"
hello=HelloFuzz/openssl

input() { # FILE FORMAT...: printf's format; a hello behind it where the name ends in -hello
  local file=$1
  shift
  # shellcheck disable=SC2059
  { printf "$@"; case "$file" in *-hello) cat "$hello" ;; esac; } >"$file"
}

input HttpFuzz/acme 'GET /.well-known/acme-challenge/abc HTTP/1.1\r\nHost: a.example\r\n\r\n'
input HttpFuzz/length 'POST /x HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: 5\r\nConnection: close, x-a\r\nX-A: 1\r\n\r\nhelloMORE'
input HttpFuzz/chunked 'PUT /x HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\nMORE'
input HttpFuzz/websocket 'GET /ws HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nxx'
input HttpFuzz/absolute 'GET http://b.example/y HTTP/1.1\r\nHost: c\r\nForwarded: for=1\r\nX-Forwarded-For: 1\r\n\r\n'
input HttpFuzz/two-lengths 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'
input HttpFuzz/tls-hello ''

input SocksFuzz/name5-hello '\x05\x01\x00\x05\x01\x00\x03\x09a.example\x01\xbb'
input SocksFuzz/ipv4-hello '\x05\x01\x00\x05\x01\x00\x01\x0a\x00\x00\x01\x01\xbb'
input SocksFuzz/ipv6 '\x05\x02\x00\x02\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\xbb'
input SocksFuzz/name4-hello '\x04\x01\x01\xbb\x00\x00\x00\x01me\x00a.example\x00'
input SocksFuzz/command-and-reserved-byte '\x05\x01\x00\x05\x00\x01\x00'

input ConnectFuzz/connect-hello 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n'
input ConnectFuzz/plain 'GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nProxy-Authorization: Basic YTpi\r\n\r\n'

input NotTlsFuzz/ssh 'SSH-2.0-OpenSSH_9.2\r\n'
input NotTlsFuzz/openvpn '\x00\x0e\x38\x01\x02\x03\x04\x05\x06\x07\x08\x00\x00\x00\x00\x00'
input NotTlsFuzz/http 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
input NotTlsFuzz/postgres '\x00\x00\x00\x08\x04\xd2\x16\x2f'
input NotTlsFuzz/postgres-early-hello '\x00\x00\x00\x08\x04\xd2\x16\x2f'
input NotTlsFuzz/postgres-gss-then-ssl '\x00\x00\x00\x08\x04\xd2\x16\x30\x00\x00\x00\x08\x04\xd2\x16\x2f'
input NotTlsFuzz/postgres-cancel '\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x2a\x0b\xad\xca\xfe'
input NotTlsFuzz/tls-hello ''

input ProxyHeaderFuzz/v1-tcp4-hello 'PROXY TCP4 192.0.2.1 192.0.2.2 50000 443\r\n'
input ProxyHeaderFuzz/v1-tcp6 'PROXY TCP6 2001:db8::1 ::ffff:192.0.2.2 50000 443\r\n'
input ProxyHeaderFuzz/v1-unknown 'PROXY UNKNOWN ffff:f...f:ffff 65535 65535\r\n'
v2='\r\n\r\n\x00\r\nQUIT\n'
input ProxyHeaderFuzz/v2-tcp4-hello "$v2"'\x21\x11\x00\x0c\xc0\x00\x02\x01\xc0\x00\x02\x02\xc3\x50\x01\xbb'
input ProxyHeaderFuzz/v2-tlvs "$v2"'\x21\x11\x00\x1b\xc0\x00\x02\x01\xc0\x00\x02\x02\xc3\x50\x01\xbb\x04\x00\x02\x00\x00\x02\x00\x01a\x05\x00\x03abc'
input ProxyHeaderFuzz/v2-local "$v2"'\x20\x00\x00\x00'
