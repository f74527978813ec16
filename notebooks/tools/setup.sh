#!/bin/bash
# Installs what this project needs and the machine lacks; the second time it
# finds everything there and is done in a second or two, also without a network.
#
#   setup.sh run     what `make run` and the notebooks need
#   setup.sh test    what `make test` needs, with independent readers to test against
#   setup.sh bench   what `make bench` needs: Debian's PyTorch, and today's (3 GB)
#   setup.sh lab     the same as run, and today's JupyterLab (250 MB) where PyPI is reachable
#   setup.sh site    what `make site` needs to export notebooks: Debian packages only
#   setup.sh browser what `make browser` needs: the same as lab, and Chromium
#   setup.sh slurm   the same as test, and Slurm (Debian's slurm-wlm and munge)
#   setup.sh cuda    XLA's plugin for CUDA and NVIDIA's libraries (2 GB), for an NVIDIA GPU
#
# Two engines for the CPU are installed: ONNX Runtime, and beside it XLA's plugin, for
# at most a minute, once a day until it is there. VDM_XLA=1 tries again and gives the
# download 15 minutes; VDM_XLA=0 leaves it out. An engine that cannot be had is a line,
# not a failure.
#
# Debian packages are installed as root or through sudo without a password;
# where neither is possible, the one line to run is printed and the script stops.
# All else goes below build/ of the project (Go's module cache aside). No
# question is asked.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
mkdir -p build/bin build/tmp
log=$root/build/setup.log

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

# step TEXT COMMAND… runs a command with its output in the log, prints a line
# every ten seconds while it runs, and the end of the log if it fails.
step() {
  if ! try "$@"; then
    echo "setup: this failed: ${*:2}" >&2
    tail -n 15 "$log" >&2
    return 1
  fi
}

# try is step for what may fail: then it prints nothing, and the log tells why.
try() {
  local text=$1 start=$SECONDS ticker status=0
  shift
  say "$text"
  # The sleep must not keep the caller's pipe open after this script has ended.
  (while sleep 10 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do echo "setup:   … $((SECONDS - start)) s"; done) &
  ticker=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  return "$status"
}

# --- Go ---------------------------------------------------------------------

check_go() {
  command -v go >/dev/null || die "Go is not installed: 1.26.5 or newer is needed, from https://go.dev/dl/"
  local version
  version=$(go env GOVERSION 2>&1) ||
    die "Go 1.26.5 or newer is needed, from https://go.dev/dl/ ($(head -n 1 <<<"$version"))"
  version=${version#go}
  version=${version%% *}
  [[ $(printf '%s\n' 1.26.5 "$version" | sort -V | head -n 1) == 1.26.5 ]] ||
    die "Go $version is installed, 1.26.5 or newer is needed, from https://go.dev/dl/"
}

# --- Debian packages --------------------------------------------------------

missing=() # packages to install

# need_command COMMAND PACKAGE: any source of the command will do.
need_command() { command -v "$1" >/dev/null || missing+=("$2"); }

# need_python MODULE=PACKAGE… asks for modules of Debian's own Python, for which
# Debian packages them; another python3 in the PATH is no help.
need_python() {
  if [[ ! -x /usr/bin/python3 ]]; then
    missing+=(python3 "${@#*=}")
    return
  fi
  local found
  found=$(/usr/bin/python3 -c '
import importlib.util, sys
for pair in sys.argv[1:]:
    module, package = pair.split("=")
    if importlib.util.find_spec(module) is None:
        print(package)' "$@")
  # shellcheck disable=SC2206 # package names hold no spaces
  missing+=($found)
}

need_base() {
  need_command gcc gcc
  need_command g++ g++
  need_command make make
  need_command pkg-config pkg-config
  [[ -e /etc/ssl/certs/ca-certificates.crt ]] || missing+=(ca-certificates)
  if ! command -v pkg-config >/dev/null || ! pkg-config --exists netcdf; then
    missing+=(libnetcdf-dev)
  fi
}

need_jupyter() {
  need_python notebook=jupyter-notebook nbconvert=jupyter-nbconvert jupyter_client=python3-jupyter-client \
    ipykernel=python3-ipykernel jupyterlab_pygments=python3-jupyterlab-pygments
  [[ -x /usr/bin/jupyter-nbconvert ]] || missing+=(jupyter-nbconvert)
}

# What draws the formulas of exported pages: KaTeX, run by Node.js when a page is made.
need_pages() {
  need_command node nodejs
  [[ -e /usr/share/javascript/katex/katex.js ]] || missing+=(libjs-katex)
  [[ -e /usr/share/fonts/truetype/katex/KaTeX_Main-Regular.woff2 ]] || missing+=(fonts-katex)
}

need_readers() {
  need_command cdo cdo
  need_python numpy=python3-numpy scipy=python3-scipy netCDF4=python3-netcdf4 xarray=python3-xarray
}

# install_packages installs what is missing, or prints the line that does.
install_packages() {
  ((${#missing[@]})) || return 0
  local line="apt-get install --yes --no-install-recommends ${missing[*]}" sudo=()
  command -v apt-get >/dev/null || {
    echo "setup: this is not Debian; the equivalents of these packages are missing: ${missing[*]}" >&2
    return 1
  }
  if ((EUID)); then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      sudo=(sudo -n)
    else
      echo "setup: please run this line, then start again:" >&2
      echo "  sudo $line" >&2
      return 1
    fi
  fi
  local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef)
  # A package list that cannot be renewed may still do.
  step "renewing the list of Debian packages" "${apt[@]}" update || true
  step "installing ${missing[*]}" "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" || return 1
  missing=()
  hash -r
}

# --- Engine -----------------------------------------------------------------

onnx_version=1.30.0
# sha512 of the npm archive, and sha256 of the two libraries in it.
onnx_archive=b7086cd42d82fc1164cf5c9ce4e634288536194aba0d444eee10f86f1e50d90cb79c0309c115d6f31537355733136f5503d96894b3987a9a03f1f8d318e7c8ab
onnx_x64=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
onnx_arm64=1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76

check_sum() { # check_sum PROGRAM SUM FILE
  echo "$2  $3" | "$1" --check --status - || die "$3 has not the $1 that is expected ($2): it was altered or cut off; nothing was installed"
}

# fetch_xla installs XLA's plugin for the CPU, and keeps it only if it runs here: a
# pinned file from the index that pip uses, or go-xla's own release where there is no
# such file for this machine. Whether its values are right is checked before its first use.
fetch_xla() {
  local failed=build/tmp/no-xla
  [[ ${VDM_XLA:-} != 0 && ! -e build/engines/xla/pjrt_c_api_cpu_plugin.so ]] || return 0
  if [[ ${VDM_XLA:-} != 1 && -n $(find "$failed" -mtime -1 2>/dev/null) ]]; then
    say "without XLA on the CPU: $(<"$failed"); VDM_XLA=1 tries again today"
    return 0
  fi
  local limit=60s how=-fetch-xla-wheel
  [[ ${VDM_XLA:-} != 1 ]] || limit=15m
  [[ $(uname -s)-$(uname -m) == Linux-x86_64 ]] || how=-fetch-xla
  if try "an engine: XLA's plugin for the CPU (63 MB, at most $limit)" build/bin/engine -limit "$limit" "$how" build/engines/xla &&
    timeout 60 build/bin/engine -check xla:cpu >"$log" 2>&1 </dev/null; then
    rm -f "$failed"
    return 0
  fi
  tail -n 1 "$log" | sed 's/^engine: //' >"$failed"
  rm -f build/engines/xla/pjrt_c_api_cpu*
  say "without XLA on the CPU: $(<"$failed")"
}

# fetch_cuda installs what a GPU needs beside its driver; backend.Open tries it first.
fetch_cuda() {
  [[ -e build/engines/xla/pjrt_c_api_cuda_plugin.so ]] ||
    step "an engine: go-xla's PJRT plugin for CUDA, and NVIDIA's libraries (2 GB)" \
      build/bin/engine -limit 60m -fetch-cuda build/engines/xla || exit 1
}

# fetch_onnx takes the library out of the npm package, whose scripts are not run.
fetch_onnx() {
  local arch sum
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) arch=x64 sum=$onnx_x64 ;;
    Linux-aarch64) arch=arm64 sum=$onnx_arm64 ;;
    *)
      say "the npm package has no ONNX Runtime for $(uname -s) on $(uname -m)"
      return 1
      ;;
  esac
  need_command npm npm
  install_packages || return 1
  local archive=build/tmp/onnxruntime-node-$onnx_version.tgz dir=build/engines/onnxruntime
  rm -f "$archive"
  step "an engine: ONNX Runtime $onnx_version from npm (114 MB)" \
    env npm_config_cache="$root/build/tmp/npm" npm_config_update_notifier=false \
    timeout 900 npm pack "onnxruntime-node@$onnx_version" --pack-destination build/tmp || return 1
  check_sum sha512sum "$onnx_archive" "$archive"
  mkdir -p "$dir"
  tar -xzf "$archive" -O "package/bin/napi-v6/linux/$arch/libonnxruntime.so.1" >"$dir/libonnxruntime.so.1.part"
  check_sum sha256sum "$sum" "$dir/libonnxruntime.so.1.part"
  mv "$dir/libonnxruntime.so.1.part" "$dir/libonnxruntime.so.1"
  rm -rf "$archive" build/tmp/npm
}

install_engine() {
  if [[ -x build/bin/engine ]]; then
    go build -buildvcs=false -o build/bin/engine ./vdm/backend/cmd/engine
  else
    step "building the chooser of engines" go build -buildvcs=false -o build/bin/engine ./vdm/backend/cmd/engine
  fi
  build/bin/engine -check onnx >"$log" 2>&1 </dev/null || fetch_onnx || say "without ONNX Runtime"
  fetch_xla
  local said status=0
  said=$(build/bin/engine </dev/null) || status=$? # checks its values once on a machine, and says so
  ((status != 3)) || say "no faster engine could be had; pure Go will do, slowly"
  say "$said"
  ((status == 0 || status == 3)) || die "no engine can be opened"
}

# install_torch makes a virtual environment with today's PyTorch beside Debian's.
install_torch() {
  local want=vdm/bench/torch/requirements.txt stamp=build/torch/.installed
  [[ ${VDM_TORCH:-} != 0 ]] || return 0
  [[ -e $stamp ]] && cmp -s "$want" "$stamp" && return 0
  rm -rf build/torch
  if try "today's PyTorch in build/torch (3 GB; VDM_TORCH=0 leaves it out)" bash -c '
    /usr/bin/python3 -m venv build/torch && timeout 1800 build/torch/bin/pip install --quiet --disable-pip-version-check \
      --only-binary=:all: --requirement "$0"' "$want"; then
    cp "$want" "$stamp"
    return 0
  fi
  say "without today's PyTorch: $(tail -n 1 "$log")"
  rm -rf build/torch
}

# install_lab makes a virtual environment with today's JupyterLab; without it, make lab
# opens Debian's notebook. It is made in the place where it stays, whose path its programs
# contain, and is whole only with its stamp.
install_lab() {
  local want=notebooks/tools/lab.txt stamp=build/lab/.installed
  [[ ${VDM_LAB:-} != 0 ]] || return 0
  [[ -e $stamp ]] && cmp -s "$want" "$stamp" && return 0
  rm -rf build/lab
  if try "today's JupyterLab in build/lab (250 MB; VDM_LAB=0 leaves it out)" bash -c '
    /usr/bin/python3 -m venv build/lab && timeout 600 build/lab/bin/pip install --quiet --disable-pip-version-check \
      --no-deps --require-hashes --only-binary=:all: --requirement "$0"' "$want"; then
    cp "$want" "$stamp"
    return 0
  fi
  say "without today's JupyterLab, Debian's notebook will do: $(tail -n 1 "$log")"
  rm -rf build/lab
}

# --- Data -------------------------------------------------------------------

# One storm of real rain: NOAA's Stage IV as it comes with Debian's r-cran-stars,
# unpacked, not installed.
data=build/data/test_stageiv_xyt.nc
data_sum=51952a496e69e2f0cf36fa14947adac6db4a78bb8b9c4dd146e15636aee89586

install_data() {
  [[ -s $data ]] && return 0
  command -v apt-get >/dev/null || die "$data is missing; it is /usr/lib/R/site-library/stars/nc/$(basename "$data") of Debian's r-cran-stars"
  local dir=build/tmp/stars
  rm -rf "$dir"
  mkdir -p "$dir" build/data
  # shellcheck disable=SC2016 # expanded by the inner shell
  local download='cd "$0" && apt-get download r-cran-stars'
  if ! step "real rain: Debian's r-cran-stars" bash -c "$download" "$dir"; then
    ((EUID == 0)) || die "please run: sudo apt-get update"
    step "renewing the list of Debian packages" apt-get -o DPkg::Lock::Timeout=900 update || true
    step "real rain: Debian's r-cran-stars" bash -c "$download" "$dir" || die "the data cannot be had"
  fi
  dpkg-deb --extract "$dir"/r-cran-stars_*.deb "$dir/unpacked"
  local file=$dir/unpacked/usr/lib/R/site-library/stars/nc/test_stageiv_xyt.nc
  check_sum sha256sum "$data_sum" "$file"
  mv "$file" "$data"
  rm -rf "$dir"
}

# --- Go programs and the notebook kernel -------------------------------------

# The programs are pinned by the go.mod of this script's folder.
install_tools() {
  local stamp=build/bin/.tools-$1 want
  want="$(go env GOVERSION) $(cat notebooks/tools/go.mod notebooks/tools/go.sum | sha256sum)"
  [[ -e $stamp && $(<"$stamp") == "$want" ]] && return 0
  shift
  step "building $*" env -C notebooks/tools GOBIN="$root/build/bin" GOFLAGS=-mod=readonly go install "$@" || exit 1
  echo "$want" >"$stamp"
}

# The kernel compiles cells in a workspace with this checkout, so that notebooks
# need no imports of versions; raw errors show in headless runs; it works
# offline. GOFLAGS=-mod=mod and GOWORK=off of the user would break it.
install_kernel() {
  local dir=build/jupyter/kernels/gonb want
  mkdir -p "$dir"
  want=$(
    cat <<JSON
{
  "display_name": "Go (gonb)",
  "language": "go",
  "argv": [$(quote "$root/build/bin/gonb"), "--kernel", "{connection_file}", "-raw_error=true", $(quote "-go_work=$root")],
  "interrupt_mode": "message",
  "env": {
    "GOPROXY": "off",
    "GOFLAGS": "",
    "GOWORK": "",
    "VDM_ENGINES": $(quote "$root/build/engines"),
    "PATH": $(quote "$root/build/bin:\${PATH}")
  }
}
JSON
  )
  [[ -e $dir/kernel.json && $(<"$dir/kernel.json") == "$want" ]] || echo "$want" >"$dir/kernel.json"
}

# quote writes a JSON string of a path.
quote() {
  local s=${1//\\/\\\\}
  echo "\"${s//\"/\\\"}\""
}

# --- Levels -----------------------------------------------------------------

level=${1:-run}
if [[ $level == site ]]; then
  need_jupyter
  need_pages
  install_packages || exit 1
  exit 0
fi
check_go
case $level in
  run | lab | browser)
    need_base
    need_jupyter
    need_pages
    [[ $level == run || ${VDM_LAB:-} == 0 ]] || need_python ensurepip=python3-venv
    if [[ $level == browser ]]; then
      need_command chromium chromium
      need_command chromedriver chromium-driver
    fi
    install_packages || exit 1
    ;;
  test | slurm)
    need_base
    if [[ $level == slurm ]]; then
      need_command slurmctld slurm-wlm
      need_command munged munge
    fi
    install_packages || exit 1
    need_readers
    install_packages || say "tests against these readers are skipped: ${missing[*]}"
    ;;
  bench)
    need_base
    need_python torch=python3-torch numpy=python3-numpy ensurepip=python3-venv
    install_packages || exit 1
    ;;
  cuda)
    need_base
    install_packages || exit 1
    ;;
  *) die "unknown level \"$level\": want run, test, bench, site, lab, browser, slurm or cuda" ;;
esac
missing=()
GOPROXY=off go mod download >/dev/null 2>&1 || step "downloading Go modules" go mod download || exit 1
install_engine
case $level in
  run | lab | browser)
    install_data
    install_tools notebook github.com/janpfeifer/gonb golang.org/x/tools/cmd/goimports golang.org/x/tools/gopls
    install_kernel
    [[ $level == run ]] || install_lab
    ;;
  test | slurm)
    install_data
    install_tools lint honnef.co/go/tools/cmd/staticcheck
    ;;
  bench) install_torch ;;
  cuda) fetch_cuda ;;
esac
say "ready"
