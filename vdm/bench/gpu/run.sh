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
# cut off or killed, it is run again and goes on where its program can. The
# engine is tried out before the first stage and after a change of it (engine.log).
# The figures of all stages stand in FOLDER/table.txt.
# shellcheck disable=SC2034,SC2154,SC2317 # set for and by what is sourced; functions that are called by their names
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
grace=$((limit / 18 + 1))   # for what it is told to end
export GOMLX_NO_AUTO_INSTALL=1
mkdir -p "$out" || exit 1
out=$(cd "$out" && pwd)
export VDM_PROVE=no # but where the stage "machine" asks for it: each flag of XLA would be another check
# shellcheck source=engine.sh
. ./engine.sh
# shellcheck source=stages.sh
. ./stages.sh

for s in "${only[@]}"; do
  [[ " ${stages[*]} " == *" $s "* ]] || { echo "run.sh: no stage $s; there are: ${stages[*]}" >&2; exit 2; }
done
if ((list)); then
  for s in "${stages[@]}"; do
    if [[ -e $out/$s.done ]]; then echo "$s: done"; else echo "$s"; fi
  done
  exit
fi

# --- A stage as a process group -----------------------------------------------

# started prints when a process began, which with its number tells it from all.
started() {
  local s
  s=$(cat "/proc/$1/stat" 2>/dev/null) || return
  # shellcheck disable=SC2086 # its fields; the name, which may hold spaces, is cut off
  set -- ${s##*) }
  echo "${20}"
}

# stop_group interrupts all processes of a stage, which is a clean stop, and kills
# what is left of them.
stop_group() {
  kill -INT -- "-$1" 2>/dev/null
  for ((i = 0; i < 5 * grace; i++)); do kill -0 -- "-$1" 2>/dev/null || return; sleep 0.2; done
  kill -KILL -- "-$1" 2>/dev/null
}

# stop_running stops the stage that is at work, also one that a run.sh left which
# was killed. It fails where there is none.
stop_running() {
  local pid when there=1
  [[ -s $out/.running ]] && read -r pid when <"$out/.running" || return
  if [[ $(started "$pid") == "$when" ]]; then
    there=0
    stop_group "$pid"
  fi
  rm -f "$out/.running"
  return "$there"
}

# run_stage runs one stage in a process group of its own, so that its time limit
# reaches all that it started.
run_stage() {
  local s=$1 began=$SECONDS status=0
  rm -f "$out/$s.done"
  printf 'run.sh: %-13s ' "$s"
  trap 'stop_running; exit 130' INT TERM HUP
  set -m
  (
    set +m
    exec 9>&-
    own=$BASHPID # inside $() it is another
    echo "$own $(started "$own")" >"$out/.running"
    "stage_$s"
  ) >"$out/$s.log" 2>&1 </dev/null &
  local pid=$!
  set +m
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS - began > limit)); then
      stop_group "$pid"
      wait "$pid" 2>/dev/null
      echo "cut off after $limit s; run again to go on ($out/$s.log)"
      return 1
    fi
    sleep 0.2
  done
  wait "$pid" || status=$?
  trap - INT TERM HUP
  rm -f "$out/.running"
  if ((status == 0)) && echo $((SECONDS - began)) >"$out/$s.done"; then
    echo "done in $((SECONDS - began)) s"
    return
  fi
  echo "failed with status $status after $((SECONDS - began)) s ($out/$s.log):"
  tail -n 5 "$out/$s.log" | sed 's/^/  /'
  if (($(free) < 20)); then
    echo "run.sh: the disk of $out is full: make room and run again; what is done stays done"
  fi
  return 1
}

# free prints the megabytes that the disk of the results has left.
free() { df -Pm "$out" | awk 'NR == 2 { print $4 }'; }

# --- The run -----------------------------------------------------------------

if command -v flock >/dev/null; then
  exec 9>"$out/.lock" || exit 1
  flock -n 9 || die "another run.sh is at work in $out"
fi
if stop_running; then
  echo "run.sh: a stage that an earlier run.sh had left at work was stopped"
fi
if [[ ! -e $out/data.done ]] && (($(free) < megabytes)); then
  die "$out has $(free) MB left on its disk: want $megabytes for data, snapshots and clips; --out takes another folder"
fi

# The programs are carried compressed.
if [[ ! -x bin/vdm || programs.tar.xz -nt bin/.unpacked ]]; then
  mkdir -p bin
  tar -xJf programs.tar.xz -C bin 2>/dev/null || "$python" -m tarfile -e programs.tar.xz bin || # without xz
    die "programs.tar.xz cannot be unpacked"
  touch bin/.unpacked
fi
if ((!small)); then
  find_gpu
  find_plugin
  try_engine
fi

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
