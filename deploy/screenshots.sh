#!/usr/bin/env bash
# Makes the pictures of docs/images, taken by DashboardIT. lb-server/target/screenshots has more pictures of every page.
# Needs nginx, chromium and chromium-driver, like the tests.
set -euo pipefail
cd "$(dirname "$0")/.."

CI=true mvn -B -ntp -q -Pfull verify -Dtest=none -Dit.test=DashboardIT -Dsurefire.failIfNoSpecifiedTests=false
cp lb-server/target/screenshots/docs/*.png docs/images/
cp lb-server/target/screenshots/pools-light.png docs/images/pools.png
