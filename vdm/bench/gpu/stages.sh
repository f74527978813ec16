# shellcheck shell=bash disable=SC2034,SC2054,SC2154 # used by run.sh and set by it; lists with commas
# The stages, their sizes and the table of their figures. Sourced by run.sh.

stages=(machine tests-1 tests-2 parity first-steps bench-tf32 bench-bf16 bench-attention samplers compile data train-1 train-2 sample conditional-1 conditional-2 small-1 small-ship)

# --- Sizes -------------------------------------------------------------------

# Of the tests a line is a package and, after a space, which of its tests.
if ((small)); then
  network=(--dim 8 --multiples 1,2 --heads 1 --head-dim 8)
  benched=(-dim 8 -multiples 1,2 -heads 1 -head-dim 8 -frames 4 -height 8 -width 8)
  frames=4 clip=(--frames 4 --height 8 --width 8) grid=(--height 8 --width 8) hours=11000
  train_batch=2 sample_batch=2 repeats=2 modes=eager device=cpu single=float32 half=float32 precision=() steps=4 draws=4 evaluations=4
  conditions=(--windows 2 --members 2 --evaluations 2 --sampler-batch 2)
  shipped=(--dim 8 --multiples 1 --heads 1 --head-dim 4) ship_steps=4
  tests_1=(vdm/noise vdm/transform vdm/backend/engines "vdm/unet Golden|Example") tests_2=("vdm/run Resume")
  rows=(ancestral) others=() megabytes=100
else
  network=(--dim 64 --multiples 1,2,4,8 --heads 8)
  benched=(-dim 64 -multiples 1,2,4,8 -heads 8 -frames 10 -height 64 -width 64)
  frames=10 clip=(--frames 10 --height 64 --width 64) grid=() hours=20000
  train_batch=64 sample_batch=16 repeats=20 modes=eager,compile device=cuda single=tf32 half=bfloat16 precision=(--bfloat16) steps=200000 draws=256 evaluations=64
  conditions=(--windows 64 --members 8 --evaluations 64 --sampler-batch 32)
  shipped=(--dim 32 --multiples 1,2,4,8 --heads 8) ship_steps=100000
  tests_1=(vdm/noise vdm/transform vdm/backend vdm/backend/engines vdm/checkpoint vdm/climate vdm/verify vdm/forecast vdm/exact vdm/unet vdm/convnet vdm/spectral vdm/tiles vdm/study/learnt vdm/train vdm)
  tests_2=("vdm/run ^(Test|Fuzz|Example)[A-F]" "vdm/run ^(Test|Fuzz|Example)[G-L]" "vdm/run ^(Test|Fuzz|Example)[M-R]" "vdm/run ^(Test|Fuzz|Example)([^A-R]|$)")
  rows=(ancestral ddim dpm++2m dpm++2m-sde heun "ancestral replacement" "ancestral reconstruction" "ancestral pseudo-inverse" "ancestral moment-matching")
  others=(first-steps-cpu.tsv) # losses of the same steps on another engine
  megabytes=6000 # data 0.4 GB, snapshots of two networks 2.4 GB, clips 0.6 GB
fi

# --- Stages ------------------------------------------------------------------

stage_machine() {
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv 2>/dev/null
  "$python" -c 'import torch; print("PyTorch", torch.__version__)'
  bin/vdm version && bin/vdm doctor && bin/vdm doctor --engines # the engine proves itself, once
}

# run_tests runs what has not passed yet of a list.
run_tests() {
  local one package which name failed=0
  mkdir -p "$out/tests"
  for one in "$@"; do
    read -r package which <<<"$one"
    name=$out/tests/${package//\//.}${which:+-$(cksum <<<"$which" | cut -d ' ' -f 1)}
    [[ -e $name.passed && ! programs.tar.xz -nt $name.passed ]] && continue
    if (cd tests && with_exact ../bin/quick.test "$package" -test.run="$which" -test.timeout=8m) >"$name.log" 2>&1 &&
      ! grep -q "no tests to run" "$name.log"; then # a name that was moved must not pass for a test
      touch "$name.passed"
    else
      failed=1
    fi
    tail -n 25 "$name.log"
  done
  return "$failed"
}
stage_tests-1() { run_tests "${tests_1[@]}"; }
stage_tests-2() { run_tests "${tests_2[@]}"; }
stage_parity() { with_exact bin/vdm parity tests/vdm/unet/testdata/*.safetensors; }

# The losses of the first 20 steps at batch 2 in float32, beside a CPU's where the
# sizes are those that first-steps-cpu.tsv was made with.
stage_first-steps() {
  rm -rf "$out/first"
  echo 'training: {log_every_steps: 1}' >"$out/first.yaml"
  bin/vdm synth --out "$out/first-data" --hours 200 --split none "${grid[@]}" &&
    with_exact bin/vdm train --data "$out/first-data" --out "$out/first" --config "$out/first.yaml" "${network[@]}" "${clip[@]}" \
      --batch 2 --steps 20 --held-out-every 20 --seed 7 && "$python" first-steps.py "$out/first/metrics.jsonl" "${others[@]}"
}

# bench compares with PyTorch; of what samplers cost it measures one row.
bench() { # bench PRECISION BATCH REPEATS MODES [OPTION…]
  bin/bench "${benched[@]}" -batch "$2" -repeats "$3" -threads "$(nproc)" -modes "$4" -device "$device" \
    -precision "$1" -python "$python" -peer torch/bench.py -row ancestral "${@:5}"
}
# both PRECISION: at the batch of training, or the largest half of it that the
# memory takes on both sides, and at that of sampling where it is another.
both() {
  local batch=$train_batch status
  while :; do
    bench "$1" "$batch" "$repeats" "$modes" >"$out/try.log" 2>&1
    status=$?
    cat "$out/try.log"
    ((status == 0)) && break
    grep -qiE 'out of memory|memory of the device is too small' "$out/try.log" && ((batch >= 2)) || return "$status"
    batch=$((batch / 2))
    echo "batch $((2 * batch)) does not fit; batch $batch:"
  done
  echo "$batch" >"$out/batch-$1"
  ((batch == sample_batch)) || bench "$1" "$sample_batch" "$repeats" "$modes"
}
# What the memory took in $half is what training then uses.
batch_that_fits() { cat "$out/batch-$half" 2>/dev/null || echo "$train_batch"; }
stage_bench-tf32() { both "$single"; }
stage_bench-bf16() { both "$half"; }

# Attention as written and fused, in turn; what the engine cannot fuse is left out.
stage_bench-attention() { bench "$half" "$(batch_that_fits)" "$repeats" eager -attention none,spatial,temporal; }

# A row of what samplers cost is measured once.
stage_samplers() {
  local row file
  mkdir -p "$out/samplers"
  for row in "${rows[@]}"; do
    file="$out/samplers/${row// /-}"
    [[ -e $file.log && ! programs.tar.xz -nt $file.log ]] && continue
    bin/bench "${benched[@]}" -batch "$sample_batch" -repeats "$repeats" -precision "$half" -samplers -row "$row" >"$file.part" || return
    grep -q "^${row%% *}" "$file.part" && mv "$file.part" "$file.log" && cat "$file.log" || return
  done
}

# The same program is compiled by two processes; the second finds the autotuning
# of the first where the engine keeps it.
stage_compile() {
  rm -rf "${out:?}/autotune" && mkdir -p "$out/autotune" && for which in first second; do
    echo "$which process:"
    bench "$half" "$sample_batch" 2 eager || return
  done
}

# experiment KIND OPTION… goes on with what there is. A stage ends its work a
# minute before its limit: what there is by then is what the next one goes on from.
experiment() { bin/vdm experiment "$1" --data "$out/data" "${@:2}"; }
work=$((limit > 120 ? limit - 90 : limit / 2))s
train() { # train FOLDER OPTION…
  experiment unconditional --out "$1" --frames "$frames" --seed 1 --batch "$(batch_that_fits)" "${precision[@]}" "${@:2}"
}
full=("${network[@]}" --steps "$steps" --clips "$draws" --evaluations "$evaluations" --sampler-batch "$sample_batch")

stage_data() { bin/vdm synth --out "$out/data" --hours "$hours" --seed 1 "${grid[@]}"; }
stage_train-1() { train "$out/full" "${full[@]}" --train-for "$work" --train-only; }
stage_train-2() { stage_train-1; }
stage_sample() { train "$out/full" "${full[@]}" --no-training; }

# Nowcasts and interpolations with the weights of the dissertation's program, in
# the formula's scale. The second stage is not done before all is drawn.
stage_conditional-1() {
  experiment conditional --run "$out/full" --weights 0,0.003,3 "${conditions[@]}" --draw-for "$work"
}
stage_conditional-2() {
  stage_conditional-1 || return
  if ! grep -q '^conditional' "$out/conditional-2.log" || grep -q 'time for drawing is over' "$out/conditional-2.log"; then
    echo "not all is drawn yet: run this stage again"
    return 1
  fi
}
stage_small-1() { train "$out/small" "${shipped[@]}" --steps "$ship_steps" --train-for "$work" --train-only; }
stage_small-ship() { bin/vdm weights export --bfloat16 "$out/small" "$out/small.safetensors" && ls -l "$out/small.safetensors"; }

# --- Table -------------------------------------------------------------------

# table gathers the figures of all stages.
table() {
  local s
  {
    echo "Stage         Seconds"
    for s in "${stages[@]}"; do printf '%-13s %8s\n' "$s" "$(cat "$out/$s.done" 2>/dev/null || echo 'not done')"; done
    echo
    [[ -e $out/engine.tried ]] && sed -n '2p; s/^cache /kept     /p; s/^exact /kept for float32 /p; /^refused/p' "$out/engine.tried"
    [[ -e $out/machine.log ]] && grep -hE 'NVIDIA|PyTorch|^(program|engine|chosen)' "$out/machine.log"
    compgen -G "$out/tests/*.log" >/dev/null && grep -hE '^(ok|FAIL|[[:space:]]*--- FAIL|panic)' "$out"/tests/*.log
    [[ -e $out/first-steps.log ]] && grep -h '^first steps' "$out/first-steps.log"
    [[ -e $out/parity.log ]] && grep -hE 'safetensors|passed|output|relative' "$out/parity.log"
    for s in bench-tf32 bench-bf16 bench-attention; do
      [[ -e $out/$s.log ]] && { echo; echo "$s:"; grep -hE '^(network|step|train|sample[ ]|sampling|compile|peak|ceilings|  )|left out|does not fit' "$out/$s.log"; }
    done
    compgen -G "$out/samplers/*.log" >/dev/null &&
      { echo; cat "$out"/samplers/*.log | awk '/^sampler / { if (!rows++) print; next } /^(ancestral|ddim|dpm|heun)/'; }
    [[ -e $out/compile.log ]] && { echo; grep -hE '^(first|second|compile)' "$out/compile.log"; }
    [[ -e $out/sample.log ]] && { echo; sed -n '/^Held-out loss/,$p' "$out/sample.log"; }
    for s in conditional-2 conditional-1; do
      [[ -e $out/$s.log ]] && { echo; grep -h '^conditional' "$out/$s.log" && break; }
    done
  } >"$out/table.txt" 2>/dev/null
  cat "$out/table.txt"
}
