#!/bin/bash
# Runs what there is to measure on a GPU machine, in stages of at most nine
# minutes, from a folder made by `make gpu-bundle`. It needs Python with PyTorch
# and, for XLA on the GPU, a JAX wheel that brings a PJRT CUDA plugin; no Go and
# no network.
#
#   ./run.sh                 all stages that are not done yet, then the table
#   ./run.sh bench-bf16 …    these stages, done or not
#   ./run.sh --list          the stages, and which are done
#   ./run.sh --small         small sizes on whatever engine there is: a rehearsal
#                            on a CPU, which is what the tests do
#   ./run.sh --out FOLDER    results go there (default: results, or results-small)
#
# A stage writes FOLDER/STAGE.log, and FOLDER/STAGE.done when it has ended well;
# cut off, it is run again and goes on where its program can. The figures of all
# stages stand in FOLDER/table.txt.
# shellcheck disable=SC2012,SC2054,SC2317 # folders of wheels; lists with commas; functions that are called by their names
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

small=0 out='' only=() list=0
while (($#)); do
  case $1 in
    --small) small=1 ;;
    --out) out=${2:?--out needs a folder}; shift ;;
    --list) list=1 ;;
    -h | --help) sed -n '2,/^#.*table.txt/s/^# \{0,1\}//p' run.sh; exit ;;
    -*) echo "run.sh: unknown option $1 (see --help)" >&2; exit 2 ;;
    *) only+=("$1") ;;
  esac
  shift
done
if ((small)); then : "${out:=results-small}"; else : "${out:=results}"; fi
python=${PYTHON:-python3}
limit=${STAGE_SECONDS:-540} # of a stage

stages=(machine tests parity first-steps bench-tf32 bench-bf16 data train-1 train-2 sample small-1 small-ship)

for s in "${only[@]}"; do
  [[ " ${stages[*]} " == *" $s "* ]] || { echo "run.sh: no stage $s; there are: ${stages[*]}" >&2; exit 2; }
done
if ((list)); then
  for s in "${stages[@]}"; do
    if [[ -e $out/$s.done ]]; then echo "$s: done"; else echo "$s"; fi
  done
  exit
fi
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)

# The programs are carried compressed.
if [[ ! -x bin/vdm || programs.tar.xz -nt bin/.unpacked ]]; then
  mkdir -p bin
  tar -xJf programs.tar.xz -C bin || { echo "run.sh: programs.tar.xz cannot be unpacked" >&2; exit 1; }
  touch bin/.unpacked
fi

# --- Engine ------------------------------------------------------------------

if ((!small)); then
  packages=$("$python" -c 'import jax, os; print(os.path.dirname(os.path.dirname(jax.__file__)))' 2>/dev/null) ||
    { echo "run.sh: $python has no jax, whose wheel brings the PJRT CUDA plugin; set PYTHON, or use --small" >&2; exit 1; }
  plugin=$(find "$packages" -name xla_cuda_plugin.so | head -n 1)
  [[ -n $plugin ]] || { echo "run.sh: no xla_cuda_plugin.so below $packages: jax is there without CUDA" >&2; exit 1; }
  LD_LIBRARY_PATH=$(ls -d "$packages"/nvidia/*/lib 2>/dev/null | paste -sd:)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  cuda=$(ls -d "$packages"/nvidia/cu[0-9]* "$packages"/nvidia/cuda_nvcc 2>/dev/null | head -n 1)
  export LD_LIBRARY_PATH XLA_FLAGS="--xla_gpu_cuda_data_dir=$cuda ${XLA_FLAGS:-}" GOPJRT_CUDA_CHECKS=0
  export GOMLX_BACKEND="xla:$plugin"
  exact="xla:$plugin,tf32=false" # float32 as it is written
else
  exact=${GOMLX_BACKEND:-}
fi
export GOMLX_NO_AUTO_INSTALL=1
# with_exact runs a command on the engine without TF32.
with_exact() { if [[ -n $exact ]]; then GOMLX_BACKEND=$exact "$@"; else "$@"; fi; }

# --- Sizes -------------------------------------------------------------------

if ((small)); then
  network=(--dim 8 --multiples 1,2 --heads 1 --head-dim 8)
  benched=(-dim 8 -multiples 1,2 -heads 1 -head-dim 8 -frames 4 -height 8 -width 8)
  frames=4 clip=(--frames 4 --height 8 --width 8) grid=(--height 8 --width 8) hours=11000
  train_batch=2 sample_batch=2 repeats=2 modes=eager device=cpu single=float32 precision=() steps=4 draws=4 evaluations=4
  shipped=(--dim 8 --multiples 1 --heads 1 --head-dim 4) ship_steps=4
else
  network=(--dim 64 --multiples 1,2,4,8 --heads 8)
  benched=(-dim 64 -multiples 1,2,4,8 -heads 8 -frames 10 -height 64 -width 64)
  frames=10 clip=(--frames 10 --height 64 --width 64) grid=() hours=20000
  train_batch=64 sample_batch=16 repeats=20 modes=eager,compile device=cuda single=tf32 precision=(--bfloat16) steps=200000 draws=256 evaluations=64
  shipped=(--dim 32 --multiples 1,2,4,8 --heads 8) ship_steps=100000
fi

# --- Stages ------------------------------------------------------------------

bench() { # bench PRECISION BATCH
  bin/bench "${benched[@]}" -batch "$2" -repeats "$repeats" -threads "$(nproc)" -modes "$modes" -device "$device" \
    -precision "$1" -python "$python" -peer torch/bench.py
}

# experiment RUN OPTION… goes on with a run. Training leaves the stage a minute to
# end in: what is trained by then is what the next stage goes on from.
experiment() {
  local run=$1
  shift
  bin/vdm experiment unconditional --data "$out/data" --out "$run" --frames "$frames" --seed 1 "$@"
}
for_stage=(--train-for $((limit > 120 ? limit - 90 : limit / 2))s)
full=("${network[@]}" "${precision[@]}" --batch "$train_batch" --steps "$steps" --clips "$draws" --evaluations "$evaluations" --sampler-batch "$sample_batch")
light=("${shipped[@]}" "${precision[@]}" --batch "$train_batch" --steps "$ship_steps")

stage_machine() {
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv 2>/dev/null
  "$python" -c 'import torch; print("PyTorch", torch.__version__)'
  bin/vdm version && bin/vdm doctor
}
stage_tests() {
  (cd tests/unet && with_exact ../../bin/unet.test -test.short -test.timeout 4m) &&
    (cd tests/vdm && with_exact ../../bin/vdm.test -test.short -test.timeout 4m \
      -test.run 'Plan|SampleFrom|Samples|Gaussian|Guid|Replacement|Loss|ELBO|Flow|Resume|Engine')
}
stage_parity() { with_exact bin/vdm parity tests/unet/testdata/*.safetensors; }
# The losses of the first 20 steps at batch 2 in float32, to be set beside a CPU's.
stage_first-steps() {
  rm -rf "$out/first"
  bin/vdm synth --out "$out/first-data" --hours 200 --split none "${grid[@]}" &&
    with_exact bin/vdm train --data "$out/first-data" --out "$out/first" "${network[@]}" "${clip[@]}" \
      --batch 2 --steps 20 --held-out-every 20 --seed 7 && cat "$out/first/metrics.jsonl"
}
stage_bench-tf32() { bench "$single" "$train_batch" && bench "$single" "$sample_batch"; }
stage_bench-bf16() { bench bfloat16 "$train_batch" && bench bfloat16 "$sample_batch"; }
stage_data() { bin/vdm synth --out "$out/data" --hours "$hours" --seed 1 "${grid[@]}"; }
stage_train-1() { experiment "$out/full" "${full[@]}" "${for_stage[@]}" --train-only; }
stage_train-2() { stage_train-1; }
stage_sample() { experiment "$out/full" "${full[@]}" --no-training; }
stage_small-1() { experiment "$out/small" "${light[@]}" "${for_stage[@]}" --train-only; }
stage_small-ship() { bin/vdm weights export "$out/small" "$out/small.safetensors" && ls -l "$out/small.safetensors"; }

# --- The run -----------------------------------------------------------------

# run_stage runs one stage in a process group of its own, so that its time limit
# reaches all that it started: first an interrupt, which is a clean stop.
run_stage() {
  local s=$1 began=$SECONDS status=0
  printf 'run.sh: %-12s ' "$s"
  set -m
  (set +m; "stage_$s") >"$out/$s.log" 2>&1 </dev/null &
  local pid=$!
  set +m
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS - began > limit)); then
      kill -INT -- "-$pid" 2>/dev/null
      for ((i = 0; i < 30; i++)); do kill -0 "$pid" 2>/dev/null || break; sleep 1; done
      kill -KILL -- "-$pid" 2>/dev/null
      wait "$pid" 2>/dev/null
      echo "cut off after $limit s; run again to go on ($out/$s.log)"
      return 1
    fi
    sleep 0.2
  done
  wait "$pid" || status=$?
  if ((status)); then
    echo "failed with status $status after $((SECONDS - began)) s ($out/$s.log):"
    tail -n 5 "$out/$s.log" | sed 's/^/  /'
    return 1
  fi
  echo $((SECONDS - began)) >"$out/$s.done"
  echo "done in $((SECONDS - began)) s"
}

# table gathers the figures of all stages.
table() {
  {
    echo "Stage         Seconds"
    for s in "${stages[@]}"; do printf '%-12s %8s\n' "$s" "$(cat "$out/$s.done" 2>/dev/null || echo 'not done')"; done
    echo
    [[ -e $out/machine.log ]] && grep -hE 'NVIDIA|PyTorch|^(program|engine|chosen)' "$out/machine.log"
    [[ -e $out/tests.log ]] && grep -hE '^(ok|PASS|FAIL|---)' "$out/tests.log"
    [[ -e $out/parity.log ]] && grep -hE 'safetensors|passed|output|relative' "$out/parity.log"
    for s in bench-tf32 bench-bf16; do
      [[ -e $out/$s.log ]] && { echo; echo "$s:"; grep -hE '^(network|step|train|sample|peak|  )|GFLOP' "$out/$s.log"; }
    done
    [[ -e $out/sample.log ]] && { echo; sed -n '/generated/,$p' "$out/sample.log"; }
  } >"$out/table.txt" 2>/dev/null
  cat "$out/table.txt"
}

failed=0
for s in "${only[@]:-${stages[@]}}"; do
  if [[ ${#only[@]} -eq 0 && -e $out/$s.done ]]; then
    continue
  fi
  run_stage "$s" || failed=1
done
echo
table
exit "$failed"
