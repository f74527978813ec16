#!/bin/bash
# Makes the folder that goes to a GPU machine: bundle.sh FOLDER. `make gpu-bundle`
# runs it from the project's root.
#
# The programs link XLA and no NetCDF library; they need glibc 2.34 or newer.
# Tests come in one program a package, as Go makes them.
set -euo pipefail
to=${1:?usage: bundle.sh FOLDER}
mkdir -p "$to"
rm -rf "$to/torch" "$to/tests" "${to:?}/bin" "$to/programs.tar.xz"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export CGO_ENABLED=1
flags=(-tags nonetcdf -trimpath -ldflags '-s -w')
git rev-parse HEAD >/dev/null 2>&1 || flags+=(-buildvcs=false)
go build "${flags[@]}" -o "$work/vdm" ./vdm/cmd/vdm
go build "${flags[@]}" -o "$work/bench" ./vdm/bench
go test -c "${flags[@]}" -o "$work/unet.test" ./vdm/unet
go test -c "${flags[@]}" -o "$work/vdm.test" ./vdm
tar -C "$work" -cf - vdm bench unet.test vdm.test | xz -T0 -3 >"$to/programs.tar.xz"

mkdir -p "$to/torch" "$to/tests/unet" "$to/tests/vdm"
cp vdm/bench/torch/*.py "$to/torch/"
cp -r vdm/unet/testdata "$to/tests/unet/"
[[ ! -d vdm/testdata ]] || cp -r vdm/testdata "$to/tests/vdm/"
cp vdm/bench/gpu/run.sh "$to/run.sh"
chmod +x "$to/run.sh"
size=$(du -sm "$to" | cut -f 1)
echo "gpu-bundle: $to, $size MB; copy it to the machine and start run.sh there"
((size < 60)) || { echo "gpu-bundle: $size MB are more than the 60 that may be carried" >&2; exit 1; }
