"""How long `vdm prepare` takes from a Zarr store beside xarray, which writes the same values:

    python vdm/bench/zarr.py PROGRAM STORE VARIABLE [TIMES]

PROGRAM is vdm. Both read the variable and write float32 to a file, a part at a time; vdm
also takes checksums of the store and of its output, and looks for values that cannot be.
Printed are the best wall-clock and processor times of several, and whether the values are
the same bytes.
"""

import glob
import os
import resource
import subprocess
import sys
import tempfile
import time

XARRAY = """
import sys, numpy as np, xarray as xr
d = xr.open_zarr(sys.argv[1], chunks=None)[sys.argv[2]]
with open(sys.argv[3], "wb") as f:
    for k in range(0, d.shape[0], 64):
        np.ascontiguousarray(d[k : k + 64].values.astype("<f4")).tofile(f)
"""

program, store, variable = sys.argv[1:4]
times = int(sys.argv[4]) if len(sys.argv) > 4 else 3


def measured(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.time() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


with tempfile.TemporaryDirectory() as folder:
    flat, results = os.path.join(folder, "flat.f32"), {"vdm": [], "xarray": []}
    for k in range(times):
        out = os.path.join(folder, str(k))
        results["vdm"].append(measured([program, "prepare", "--variable", variable, "--kind", "other", "--out", out, store]))
        results["xarray"].append(measured([sys.executable, "-W", "ignore", "-c", XARRAY, store, variable, flat]))
    prepared = open(glob.glob(os.path.join(out, "*.f32"))[0], "rb").read()
    size = len(prepared) / 1e6
    for name, runs in results.items():
        wall, processor = min(r[0] for r in runs), min(r[1] for r in runs)
        print(f"{name:7} {wall:6.2f} s wall, {processor:6.2f} s of processor, {size / wall:5.0f} MB/s of {size:.0f} MB")
    print("same values:", prepared == open(flat, "rb").read())
