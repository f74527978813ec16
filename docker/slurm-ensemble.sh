#!/bin/bash
#SBATCH --job-name=vdm-ensemble
#SBATCH --array=0-15
#SBATCH --cpus-per-task=2
#SBATCH --mem=8G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%A_%a.log
# On a GPU: sbatch --gres=gpu:1 …
#
# One task of an ensemble: members INDEX·MEMBERS and the MEMBERS-1 that follow. With
# EVERY, one case of many: all members of the case that begins at frame
# FIRST + INDEX·EVERY of the data.
#
#   OUT=ensemble MEMBERS=8 sbatch docker/slurm-ensemble.sh sample runs/rain --seed 1
#   OUT=ensemble MEMBERS=8 sbatch docker/slurm-ensemble.sh nowcast runs/rain --data rain.nc --start 120
#   vdm merge ensemble/part-*.nc --first 0 --count 128 --out ensemble.nc    # when all are done
#
#   OUT=cases MEMBERS=8 EVERY=3 sbatch --array=0-999 docker/slurm-ensemble.sh nowcast runs/rain --data rain.nc
#   vdm verify cases --against rain.nc --rival persistence                  # when all are done
#
# What follows the script's name is a command line of vdm without --first,
# --count or --members, --start where EVERY is set, and --out. A task may be killed and started again at any
# time: vdm gives a part its name when it is complete, and a task whose part is
# there does nothing. All tasks draw with the same --batch, by default MEMBERS or
# 8, whichever is less.
#
#   OUT      folder for part-INDEX.nc; it is made if need be
#   MEMBERS  members of a task
#   EVERY    frames of the data from case to case; unset for one ensemble
#   FIRST    frame at which case 0 begins (default: 0)
#   VDM      the program (default: vdm); several words are one command, such as
#            "apptainer exec --nv climate-vdm.sif vdm"
#   INDEX    number of the task, where neither Slurm nor Kubernetes gives it
set -euo pipefail

die() {
  echo "ensemble: $*" >&2
  exit 2
}

index=${SLURM_ARRAY_TASK_ID:-${JOB_COMPLETION_INDEX:-${INDEX:-}}}
[[ $index =~ ^(0|[1-9][0-9]*)$ ]] || die "the task's number is \"$index\": start this as a Slurm array or an indexed Job, or set INDEX"
[[ ${MEMBERS:-} =~ ^[1-9][0-9]*$ ]] || die "MEMBERS is \"${MEMBERS:-}\": want how many members a task draws"
[[ -n ${OUT:-} ]] || die "OUT is not set: want the folder for the parts"
(($# >= 2)) || die "want a command line of vdm, such as: sample runs/rain --seed 1"
case $1 in
  sample) count=--count ;;
  *) count=--members ;;
esac
read -ra vdm <<<"${VDM:-vdm}"

# Names of one width sort as their members or cases do.
if [[ -n ${EVERY:-} ]]; then
  [[ $EVERY =~ ^[1-9][0-9]*$ ]] || die "EVERY is \"$EVERY\": want the number of frames from case to case"
  [[ ${FIRST:=0} =~ ^(0|[1-9][0-9]*)$ ]] || die "FIRST is \"$FIRST\": want the frame at which case 0 begins"
  printf -v part '%s/case-%05d.nc' "$OUT" "$index"
  which=(--start $((FIRST + index * EVERY)))
else
  printf -v part '%s/part-%05d.nc' "$OUT" "$index"
  which=(--first $((index * MEMBERS)))
fi
if [[ -e $part ]]; then
  echo "ensemble: $part is complete"
  exit 0
fi
mkdir -p "$OUT"
exec "${vdm[@]}" "$@" "${which[@]}" "$count" "$MEMBERS" --out "$part"
