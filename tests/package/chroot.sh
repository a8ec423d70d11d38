#!/bin/sh
# In a bare Debian, a hook of mmdebstrap (tests/package/debian.py): builds the package of $WORK/hardrow in the chroot $1, takes it to
# $WORK/out, installs it in a copy of the chroot as it was before, and uses it there.
set -eu

root=$1
bare=$WORK/bare
cp -ax "$root" "$bare"

in_chroot() {
	chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive sh -euc "$2"
}

mkdir "$root/build"
cp -a "$WORK/hardrow" "$root/build"
in_chroot "$root" 'cd /build/hardrow
	apt-get build-dep -q -y --no-install-recommends -P nocheck ./
	DEB_BUILD_OPTIONS="nocheck noautodbgsym" dpkg-buildpackage -us -uc -Pnocheck
	dpkg --install ../libhardrow*.deb
	# shellcheck disable=SC2046 # one word an option
	cc -o /example /usr/share/doc/libhardrow-dev/examples/log_predictions.c $(pkg-config --cflags --libs hardrow) -lm
	/example /example.db'
mkdir "$WORK/out"
cp "$root"/build/*hardrow*_* "$WORK/out"

mkdir "$bare/packages"
cp "$WORK"/out/*.deb "$bare/packages"
# No /proc here: the program cannot ask where it is, and uses the folder that it was built for.
in_chroot "$bare" 'apt-get install -q -y --no-install-recommends /packages/hardrow_*.deb
	mkdir /empty
	cd /empty
	hardrow datasets --format csv | grep -q /usr/share/hardrow/datasets/iris.csv
	hardrow train --data iris --epochs 2
	hardrow sweep label-noise --splits 1 --set epochs=2
	hardrow report runs | grep iris
	test -f /usr/share/man/man1/hardrow.1.gz
	test -f /usr/share/bash-completion/completions/hardrow
	dpkg --verify hardrow
	dpkg --purge hardrow
	test ! -e /usr/share/hardrow
	apt-get install -q -y --no-install-recommends /packages/libhardrow0_*.deb /packages/python3-hardrow_*.deb
	python3 -c "
import hardrow, numpy
with hardrow.Run(\"module.db\", dataset=\"two\", labels=numpy.array([0, 1])) as run:
    run.log(numpy.arange(2), numpy.array([[0.5, 0.5], [0.5, 0.5]]))
    run.end_epoch()"'
rm -r "$bare"
