#!/usr/bin/env bash
# Makes readme.png, the picture of the README: runs ReadmePicture, which fills a tenant and shows its pages in a browser, and makes the
# file smaller. It needs what the tests in a browser need (see CONTRIBUTING.md), and Debian's pngquant and optipng.
set -euo pipefail
cd "$(dirname "$0")/../.."

for program in pngquant optipng; do
    command -v "$program" > /dev/null || { echo "$program is missing" >&2; exit 2; }
done
./mvnw --batch-mode --no-transfer-progress -pl providers,server verify \
    -Dit.test=ReadmePicture -Dtest=NoSuch -Dsurefire.failIfNoSpecifiedTests=false "$@"
pngquant --force --strip --speed 1 --output docs/images/readme.png 64 server/target/screenshots/readme.png
optipng -quiet -o5 docs/images/readme.png
ls -l docs/images/readme.png
