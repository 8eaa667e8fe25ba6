#!/bin/sh
# What the tests use beside Python, from Debian's packages where we may install: a browser, nginx, poppler, a clock to set.
# Without them the tests that need them are skipped, and named at the end with the reason; only the browser is a must.
needed=""
need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || needed="$needed $2"
}
browser=""
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && browser=$name
done
[ -n "$browser" ] || needed="chromium"
need nginx nginx-light
need pdftotext poppler-utils
need curl curl
need faketime faketime

if [ -n "$needed" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$(printf ' %s' $needed)"
    apt-get update -qq >/dev/null 2>&1
    for package in $needed; do
        DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$package" >/dev/null 2>&1 || echo "Could not install $package."
    done
fi
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
echo "Installing Playwright's own Chromium"
"$1" install chromium >/dev/null 2>&1 || echo "No browser could be installed: the browser tests will fail."
