#!/bin/sh
# A browser for the tests: an installed one, else Debian's, else Playwright's own. Without any the tests say so.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium; } >/dev/null 2>&1 && exit 0
fi
echo "Installing Playwright's own Chromium"
"$1" install chromium >/dev/null 2>&1 || echo "No browser could be installed: the browser tests will fail."
