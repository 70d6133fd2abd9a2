#!/usr/bin/env bash
# Fetches the browser libraries of the dashboard and of its tests, and writes each vendor.json. Run the script after a
# change of a version below. Needs npm; a build does not, since the files are in the tree. WebAssetsTest checks hashes.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch PACKAGE VERSION LICENCE FILE_IN_PACKAGE=NAME_HERE...: into $target, with an entry for vendor.json
fetch() {
  local package=$1 version=$2 licence=$3 tarball integrity pair separator=""
  shift 3
  tarball=$(cd "$work" && npm pack --silent "$package@$version")
  integrity="sha512-$(openssl dgst -sha512 -binary "$work/$tarball" | base64 -w0)"
  [ "$integrity" = "$(npm view --silent "$package@$version" dist.integrity)" ] || { echo "$package: integrity differs" >&2; exit 1; }
  rm -rf "$work/package" && tar -xzf "$work/$tarball" -C "$work"
  {
    echo "    {"
    echo "      \"package\": \"$package\", \"version\": \"$version\", \"licence\": \"$licence\","
    echo "      \"integrity\": \"$integrity\","
    echo "      \"files\": ["
    for pair in "$@"; do
      cp "$work/package/${pair%%=*}" "$target/${pair##*=}"
      chmod 644 "$target/${pair##*=}"
      printf '%s        { "file": "%s", "from": "%s", "sha256": "%s" }' "$separator" "${pair##*=}" "${pair%%=*}" \
        "$(sha256sum "$target/${pair##*=}" | cut -d' ' -f1)"
      separator=$',\n'
    done
    printf '\n      ]\n    }'
  } >>"$work/entries"
}

# start DIRECTORY, fetch ..., finish: replaces the content of DIRECTORY by the fetched files and vendor.json
start() { target=$1; rm -rf "$target"; mkdir -p "$target"; : >"$work/entries"; }
next() { printf ',\n' >>"$work/entries"; }
finish() { printf '{\n  "packages": [\n%s\n  ]\n}\n' "$(cat "$work/entries")" >"$target/vendor.json"; }

start lb-admin/src/main/resources/dev/usher/admin/web/vendor
fetch preact 11.2.0 MIT dist/preact.mjs=preact.mjs hooks/dist/hooks.mjs=hooks.mjs LICENSE=preact.LICENSE
next
fetch htm 3.1.1 Apache-2.0 dist/htm.mjs=htm.mjs LICENSE=htm.LICENSE
next
fetch uplot 1.6.32 MIT dist/uPlot.iife.min.js=uPlot.iife.min.js dist/uPlot.min.css=uPlot.min.css LICENSE=uplot.LICENSE
finish

start lb-admin/src/test/resources/vendor
fetch axe-core 4.14.1 MPL-2.0 axe.min.js=axe.min.js LICENSE=axe-core.LICENSE LICENSE-3RD-PARTY.txt=axe-core.3RD-PARTY.txt
finish
