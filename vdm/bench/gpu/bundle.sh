#!/bin/bash
# Makes the folder that goes to a GPU machine: bundle.sh FOLDER. `make gpu-bundle`
# runs it from the project's root.
#
# The programs link XLA and no NetCDF library; they need glibc 2.34 or newer. The
# tests are those of the packages whose results depend on the engine or the
# machine, in one program (see suite/). Left out are those that want the checkout
# or NetCDF files (vdm/climate/netcdf, vdm/report/...), a browser or Jupyter
# (notebooks), pictures (plotting), and packages main, which cannot be linked so
# (vdm/cmd/vdm, vdm/bench).
set -euo pipefail
to=${1:?usage: bundle.sh FOLDER}
tested=(./vdm ./vdm/run ./vdm/train ./vdm/spectral ./vdm/tiles ./vdm/unet ./vdm/convnet ./vdm/exact ./vdm/backend ./vdm/backend/engines ./vdm/checkpoint ./vdm/climate
  ./vdm/forecast ./vdm/noise ./vdm/study/learnt ./vdm/transform ./vdm/verify)
mkdir -p "$to"
rm -rf "$to/torch" "$to/tests" "${to:?}/bin" "$to/programs.tar.xz"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Where git cannot be asked the programs do not know their commit.
commit=$(git rev-parse --short=12 HEAD 2>/dev/null) || commit=''
if [[ -n $commit && -n $(git --no-optional-locks status --porcelain) ]]; then commit+=-changed; fi
export CGO_ENABLED=1
linked=(-tags nonetcdf -ldflags "-s -w -X main.commit=$commit")
go build -trimpath -buildvcs=false "${linked[@]}" -o "$work/vdm" ./vdm/cmd/vdm
go build -trimpath -buildvcs=false "${linked[@]}" -o "$work/bench" ./vdm/bench
go run -buildvcs=false ./vdm/bench/gpu/suite/link "${linked[@]}" -o "$work/quick.test" -folders "$to/tests" "${tested[@]}"
tar -C "$work" -cf - vdm bench quick.test | xz -T0 -3 >"$to/programs.tar.xz"

mkdir -p "$to/torch"
cp vdm/bench/torch/*.py "$to/torch/"
cp vdm/bench/gpu/{run.sh,engine.sh,stages.sh,first-steps.py,first-steps-cpu.tsv} "$to/"
xla=$(go list -m -f '{{.Dir}}' github.com/gomlx/go-xla)
awk '/^#define PJRT_API_M(AJOR|INOR)/ { v = v (v == "" ? "" : ".") $3 } END { print v }' "$xla/pjrt/pjrt_c_api.h" >"$to/pjrt-version"
size=$(du -sm --exclude="results*" "$to" | cut -f 1)
echo "gpu-bundle: $to, $size MB; copy it to the machine and start run.sh there"
((size < 60)) || { echo "gpu-bundle: $size MB are more than the 60 that may be carried" >&2; exit 1; }
