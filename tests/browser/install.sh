#!/usr/bin/env bash
# Chromium for the tests of pages: Debian's package, where there is apt and the right to use it.
# Where it cannot be had nothing fails here: those tests skip and say so.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1
fi
command -v chromium >/dev/null || echo "no Chromium here: the tests of pages are skipped (Debian: apt install chromium)"
exit 0
