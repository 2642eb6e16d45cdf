#!/bin/sh
# Compiles the kernels for 64-bit ARM and runs kernels_check under emulation.
#
#   apt-get install g++-aarch64-linux-gnu qemu-user libhwy-dev libeigen3-dev curl
#   tests/bench/neon_check.sh [FOLDER FOR OBJECTS]
#
# Highway's library for ARM is fetched from Debian, in the version that is installed here, and only unpacked.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${1:-$(mktemp -d)}
mkdir -p "$work"
version=$(dpkg-query -W -f '${Version}' libhwy1)
package=libhwy1_${version}_arm64.deb
[ -f "$work/$package" ] ||
    curl -sSf -o "$work/$package" "http://deb.debian.org/debian/pool/main/h/highway/$package"
dpkg -x "$work/$package" "$work/highway"
library=$work/highway/usr/lib/aarch64-linux-gnu
for source in "$root"/core/kernels/*.cpp "$root/core/parallel/ThreadPool.cpp" "$root/tests/bench/kernels_check.cpp"; do
    aarch64-linux-gnu-g++ -std=c++20 -O2 -fno-trapping-math -fno-math-errno -Wall -Wextra -Werror -I "$root" \
        -idirafter /usr/include -I /usr/include/eigen3 -c "$source" -o "$work/$(basename "$source" .cpp).o"
done
aarch64-linux-gnu-g++ "$work"/*.o "$library/libhwy.so.1" -lpthread -o "$work/kernels_check"
exec qemu-aarch64 -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH="$library" "$work/kernels_check"
