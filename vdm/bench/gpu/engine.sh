# shellcheck shell=bash disable=SC2012,SC2154 # folders of wheels; set by run.sh
# Finds XLA on the GPU and tries it out. Sourced by run.sh.

die() { echo "run.sh: $*" >&2; exit 1; }

# find_gpu ends with a word where there is no GPU. Where the driver's program
# does not answer and the device is there all the same, the trial decides.
find_gpu() {
  local said=''
  if command -v nvidia-smi >/dev/null; then
    said=$(timeout 30 nvidia-smi -L 2>&1) && [[ $said == *GPU* ]] && return
    said="nvidia-smi says: $(head -n 1 <<<"$said")"
  fi
  compgen -G '/dev/nvidia[0-9]*' >/dev/null || [[ -e /dev/dxg ]] ||
    die "no NVIDIA GPU and driver here (${said:-no nvidia-smi, no /dev/nvidia0}); --small rehearses on a CPU"
}

# find_plugin leads to the PJRT plugin for CUDA of a JAX wheel, and to NVIDIA's
# libraries beside it.
find_plugin() {
  local packages cuda
  packages=$("$python" -c 'import jax, os; print(os.path.dirname(os.path.dirname(jax.__file__)))' 2>/dev/null) ||
    die "$python has no jax, whose wheel brings the PJRT CUDA plugin; set PYTHON, or use --small"
  plugin=$(find "$packages" -name xla_cuda_plugin.so | head -n 1)
  [[ -n $plugin ]] || die "no xla_cuda_plugin.so below $packages: jax is there without CUDA"
  LD_LIBRARY_PATH=$(ls -d "$packages"/nvidia/*/lib 2>/dev/null | paste -sd:)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  cuda=$(ls -d "$packages"/nvidia/cu[0-9]* "$packages"/nvidia/cuda_nvcc 2>/dev/null | head -n 1)
  XLA_FLAGS="${cuda:+--xla_gpu_cuda_data_dir=$cuda }${XLA_FLAGS:-}" GOMLX_BACKEND="xla:$plugin"
  export LD_LIBRARY_PATH XLA_FLAGS GOMLX_BACKEND GOPJRT_CUDA_CHECKS=0
}

# interface prints the version of the PJRT interface that a plugin offers: the
# head of the struct PJRT_Api, which has not changed since version 0.1.
interface() {
  timeout 60 "$python" - "$1" <<'PY' 2>/dev/null || echo unknown
import ctypes, sys
class Version(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("extension", ctypes.c_void_p), ("major", ctypes.c_int), ("minor", ctypes.c_int)]
class Api(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("extension", ctypes.c_void_p), ("version", Version)]
get = ctypes.CDLL(sys.argv[1]).GetPjrtApi
get.restype = ctypes.POINTER(Api)
version = get().contents.version
print(f"{version.major}.{version.minor}")
PY
}

# try_out runs a small training step with more flags of XLA.
try_out() { # try_out LOG [FLAG…]
  local log=$1
  shift
  XLA_FLAGS="${XLA_FLAGS:-} $*" timeout 180 bin/vdm doctor >"$log" 2>&1 </dev/null 9>&-
}

# try_engine ends with a word where the plugin does not run a training step. XLA
# ends a program that gives it a flag it does not know, so flags are tried out;
# those that pass are kept: cache_flag, by which its autotuning is not done again
# in each process, and exact_flag, without which float32 may be TF32 in places.
try_engine() {
  local key status=0 has speaks name flag
  has=$(interface "$plugin") speaks=$(<pjrt-version)
  key="$plugin $(stat -Lc '%s %Y' "$plugin") $(stat -c '%s %Y' programs.tar.xz) $out"
  if [[ ! -e $out/engine.tried || $(head -n 1 "$out/engine.tried") != "$key" ]]; then
    try_out "$out/engine.log" || status=$?
    if ((status)); then
      { grep -E '^(chosen|speed)' "$out/engine.log"; tail -n 1 "$out/engine.log"; } | sed 's/^/  /' >&2
      case $status in
        124) die "the engine does not answer in 180 s: $plugin ($out/engine.log)" ;;
        1) die "the engine does not run: $plugin, whose PJRT interface is $has; this program speaks $speaks ($out/engine.log)" ;;
        *) die "the plugin ended the program with status $status: $plugin, whose PJRT interface is $has; this program speaks $speaks ($out/engine.log)" ;;
      esac
    fi
    mkdir -p "$out/autotune" || exit 1
    local found=()
    for name in cache exact; do
      flag=--xla_gpu_enable_triton_gemm=false
      [[ $name == cache ]] && flag=--xla_gpu_per_fusion_autotune_cache_dir=$out/autotune
      if [[ $flag != *[[:space:]]* ]] && try_out "$out/engine-$name.log" "$flag"; then
        found+=("$name $flag")
      else
        found+=("refused $flag")
      fi
    done
    printf '%s\n' "$key" "PJRT interface $has; this program speaks $speaks" "${found[@]}" >"$out/engine.tried" ||
      die "$out cannot be written to"
  fi
  cache_flag=$(sed -n 's/^cache //p' "$out/engine.tried")
  exact_flag=$(sed -n 's/^exact //p' "$out/engine.tried")
  XLA_FLAGS="$XLA_FLAGS $cache_flag"
}

# with_exact runs a command in float32 as it is written: go-xla's setting reaches
# matrix products, NVIDIA's variable the convolutions of cuDNN, too.
with_exact() {
  if [[ -n ${plugin:-} ]]; then
    NVIDIA_TF32_OVERRIDE=0 XLA_FLAGS="$XLA_FLAGS $exact_flag" GOMLX_BACKEND="xla:$plugin,tf32=false" "$@"
  else
    "$@"
  fi
}
