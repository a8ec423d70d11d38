#!/bin/sh
# Makes src/page/vendor/ anew: the libraries of the page from npm, in one minified script, their licences before it. Needed only
# to change a version; a build takes what is committed. Needs npm and the network.
set -eu

vendor=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/vendor
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --save-exact --no-audit --no-fund uplot@1.6.32 d3-quadtree@3.0.2 esbuild@0.28.2
printf '%s\n' "import uPlot from 'uplot';" "import { quadtree } from 'd3-quadtree';" \
	'globalThis.vendor = { uPlot, quadtree };' >entry.js
# bundle FILE OPTION...: the licences go with every page.
bundle() {
	file=$1
	shift
	npx esbuild entry.js --bundle "$@" --format=iife --charset=ascii --target=es2020 --outfile=bundle.js
	licences='node_modules/uplot/LICENSE node_modules/d3-quadtree/LICENSE'
	# shellcheck disable=SC2086 # two files
	{ printf '/* uPlot 1.6.32 and d3-quadtree 3.0.2\n\n' && cat $licences && printf '\n*/\n' && cat bundle.js; } >"$file"
}
bundle vendor.js --minify
# To be read: what the Debian package has to come with.
bundle readable.js
mkdir -p "$vendor"
cp vendor.js node_modules/uplot/dist/uPlot.min.css "$vendor"
cp readable.js "$vendor/../../../debian/missing-sources/vendor.js"
