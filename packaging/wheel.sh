#!/bin/sh
# wheel.sh BUILD PYTHON: the Python module as a wheel that has libhardrow in it, in the folder BUILD, which is built.
# It needs no network; SQLite stays the system's.
set -eu
build=$1
python=$2
module=$build/wheel/python

rm -rf "$build/wheel"
mkdir -p "$build/wheel"
cp -R "$(dirname "$0")/../python" "$module"
cp "$build/src/lib/libhardrow.so.0.0.0" "$module/hardrow/libhardrow.so.0"
cp "$build/src/db/libhardrow_sqlite.so" "$module/hardrow/"
platform=$("$python" -c 'import sysconfig; print(sysconfig.get_platform())')
"$python" -m pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir "$build" \
	"--config-settings=--build-option=--plat-name=$platform" "$module"
ls "$build"/hardrow-*.whl
