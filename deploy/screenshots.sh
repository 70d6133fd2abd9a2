#!/usr/bin/env bash
# Makes the pictures of docs/images again. DashboardIT takes them, and more of every page in lb-server/target/screenshots.
# Needs what the tests need: nginx, chromium and chromium-driver.
set -euo pipefail
cd "$(dirname "$0")/.."

CI=true mvn -B -ntp -q verify -Dtest=none -Dit.test=DashboardIT -Dsurefire.failIfNoSpecifiedTests=false
cp lb-server/target/screenshots/docs/*.png docs/images/
cp lb-server/target/screenshots/pools-light.png docs/images/pools.png
