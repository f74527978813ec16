#!/bin/bash
# Opens the notebooks with the kernel that setup.sh installed: in today's JupyterLab
# where it lies in build/lab, else in Debian's notebook, which VDM_LAB=0 chooses too.
# All that Jupyter writes goes to build/jupyter.
#
#   lab.sh [FOLDER [OPTION…]]   another folder than notebooks/; options for Jupyter
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jupyter=$root/build/jupyter
folder=${1:-$root/notebooks}
(($#)) && shift

[[ -e $jupyter/kernels/gonb/kernel.json ]] || {
  echo "the notebook kernel is not installed: run make lab, which installs it" >&2
  exit 1
}
export JUPYTER_PATH=$jupyter JUPYTER_DATA_DIR=$jupyter/data JUPYTER_CONFIG_DIR=$jupyter/config
export JUPYTER_RUNTIME_DIR=$jupyter/runtime IPYTHONDIR=$jupyter/ipython PATH=$root/build/bin:$PATH

# Jupyter hides what a notebook shows until its author is trusted; these are the project's own.
/usr/bin/python3 -m nbformat.sign "$folder"/*.ipynb >/dev/null 2>&1 || true
options=(--FileCheckpoints.checkpoint_dir="$jupyter/checkpoints"
  --MultiKernelManager.default_kernel_name=gonb)
# Nobody else reaches it, unless another address is asked for (Jupyter takes one only); the
# token is the one that Jupyter makes and prints.
[[ " $*" == *" --ip="* ]] || options+=(--ip=localhost)
((EUID)) || options+=(--allow-root)

if [[ ${VDM_LAB:-} != 0 && -e $root/build/lab/.installed ]]; then
  # It asks no server for news or extensions.
  mkdir -p "$jupyter/config/labconfig"
  echo '{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}' >"$jupyter/config/labconfig/page_config.json"
  # The kernel says that it is idle in answer to the question what it is; by Jupyter's own
  # list such answers are not watched, and the page would call the kernel "Unknown".
  exec "$root/build/lab/bin/jupyter-lab" "$folder" "${options[@]}" --LabApp.extension_manager=readonly \
    --AsyncMappingKernelManager.untracked_message_types=comm_info_request "$@"
fi
# What the notebook's page needs beyond Jupyter's own; see these files.
mkdir -p "$jupyter/config/custom"
cp "$root"/notebooks/tools/page/custom.* "$jupyter/config/custom/"
exec /usr/bin/jupyter-notebook "$folder" "${options[@]}" "$@"
