"""How long `vdm prepare` takes beside cdo and xarray, which write the same values, and beside
the decompressor and the disk alone:

    python vdm/bench/prepare.py PROGRAM [FILE VARIABLE [TIMES]]

PROGRAM is vdm. Without a FILE two are made, of 2000 hours of 160 x 160 cells of rain: one
with zlib as archives have it (level 1, shuffled, a chunk a frame), one as it is. "reading
alone" is the NetCDF library, which throws the values away; vdm also takes checksums of the
source and of its output, looks for values that cannot be, and waits until the disk has them; "disk: cp"
copies the output and waits for the disk, too. Printed are the best wall-clock and processor
times of several runs, the speed over the bytes of the values, and its ratio to reading alone.
Without a FILE the time for 200 files of one frame follows. It needs netCDF4, xarray and cdo.
"""

import ctypes
import glob
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

READ = """
import sys, netCDF4
v = netCDF4.Dataset(sys.argv[1])[sys.argv[2]]
v.set_auto_maskandscale(False)
for k in range(0, v.shape[0], 64):
    v[k : k + 64]
"""

XARRAY = """
import sys, numpy as np, xarray as xr
d = xr.open_dataset(sys.argv[1])[sys.argv[2]]
with open(sys.argv[3], "wb") as f:
    for k in range(0, d.shape[0], 64):
        np.ascontiguousarray(d[k : k + 64].values.astype("<f4")).tofile(f)
"""


def make(path, zlib):
    import netCDF4

    hours, side = 2000, 160
    rng = np.random.default_rng(1)
    with netCDF4.Dataset(path, "w", format="NETCDF4" if zlib else "NETCDF3_64BIT_OFFSET") as d:
        for name, n in (("time", hours), ("lat", side), ("lon", side)):
            d.createDimension(name, n)
        t = d.createVariable("time", "f8", ("time",))
        t.units, t.standard_name, t[:] = "hours since 2018-09-13", "time", np.arange(hours)
        for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
            v = d.createVariable(name, "f8", (name,))
            v.units, v[:] = units, np.arange(side) * 0.1
        more = dict(zlib=True, complevel=1, shuffle=True, chunksizes=(1, side, side)) if zlib else {}
        v = d.createVariable("pr", "f4", ("time", "lat", "lon"), **more)
        v.units, v.standard_name, v.cell_methods = "mm/h", "lwe_precipitation_rate", "time: point"
        for k in range(0, hours, 100):
            rain = rng.gamma(0.3, 3, (100, side // 8, side // 8)).repeat(8, 1).repeat(8, 2)
            v[k : k + 100] = np.where(rain > 1, np.round(rain * (1 + 0.1 * rng.random((100, side, side))), 2), 0)


# vdm does not wait for the process that reads for it: this one does, to count its time.
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def measured(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.time() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def make_many(folder, format):
    import netCDF4

    rng, paths = np.random.default_rng(2), []
    for k in range(200):
        paths.append(os.path.join(folder, f"{format}-{k:03}.nc"))
        with netCDF4.Dataset(paths[-1], "w", format=format) as d:
            for name, n in (("time", 1), ("lat", 100), ("lon", 100)):
                d.createDimension(name, n)
            t = d.createVariable("time", "f8", ("time",))
            t.units, t[:] = "hours since 2018-09-13", k / 2
            for name, units in (("lat", "degrees_north"), ("lon", "degrees_east")):
                v = d.createVariable(name, "f8", (name,))
                v.units, v[:] = units, np.arange(100) * 0.1
            v = d.createVariable("pr", "f4", ("time", "lat", "lon"), **(dict(zlib=True) if format == "NETCDF4" else {}))
            v.units, v.standard_name, v.cell_methods = "mm/h", "lwe_precipitation_rate", "time: point"
            v[:] = np.maximum(0, rng.normal(0, 1, (1, 100, 100)))
    return paths


def compare(program, file, variable, times):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(file))) as folder:
        flat, copy = os.path.join(folder, "flat.f32"), os.path.join(folder, "copy.nc")
        results = {"reading alone": [], "vdm prepare": [], "vdm, to Zarr": [], "cdo copy": [], "xarray": [], "disk: cp": []}
        for k in range(times):
            out = os.path.join(folder, str(k))
            prepare = [program, "prepare", "--variable", variable, "--kind", "other"]
            results["reading alone"].append(measured([sys.executable, "-W", "ignore", "-c", READ, file, variable]))
            results["vdm prepare"].append(measured(prepare + ["--out", out, file]))
            results["vdm, to Zarr"].append(measured(prepare + ["--out", out + ".zarr", file]))
            results["cdo copy"].append(measured(["cdo", "-s", "-O", "-f", "nc2", "copy", file, copy]))
            results["xarray"].append(measured([sys.executable, "-W", "ignore", "-c", XARRAY, file, variable, flat]))
            results["disk: cp"].append(measured(["sh", "-c", f"cp {flat} {flat}2; sync {flat}2"]))
        prepared = open(glob.glob(os.path.join(out, "*.f32"))[0], "rb").read()
        size = len(prepared) / 1e6
        print(f"{os.path.basename(file)}: {size:.0f} MB of values in {os.path.getsize(file) / 1e6:.0f} MB")
        alone = min(r[0] for r in results["reading alone"])
        for name, runs in results.items():
            wall, processor = min(r[0] for r in runs), min(r[1] for r in runs)
            print(f"  {name:14} {wall:6.2f} s wall, {processor:6.2f} s of processor, {size / wall:6.0f} MB/s, {alone / wall:5.2f} of the speed of reading alone")
        print("  same values as xarray:", prepared == open(flat, "rb").read())


program, times = sys.argv[1], int(sys.argv[4]) if len(sys.argv) > 4 else 3
if len(sys.argv) > 3:
    compare(program, sys.argv[2], sys.argv[3], times)
else:
    with tempfile.TemporaryDirectory() as place:
        for name, zlib in (("zlib.nc", True), ("plain.nc", False)):
            make(os.path.join(place, name), zlib)
            compare(program, os.path.join(place, name), "pr", times)
        for format in ("NETCDF4", "NETCDF3_CLASSIC"):
            files = make_many(place, format)
            runs = [measured([program, "prepare", "--out", os.path.join(place, f"{format}{k}")] + files) for k in range(times)]
            print(f"200 files of one frame, {format}: {min(r[0] for r in runs):.2f} s wall, {min(r[1] for r in runs):.2f} s of processor")
