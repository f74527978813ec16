"""Writes the NetCDF files that the reader is tested on, each with what it should
be read as: NAME.f32 holds (time, y, x) float32 with rows running north and
columns east. Usage: make.py FOLDER"""
import os
import sys

import numpy as np
from netCDF4 import Dataset

folder = sys.argv[1]
rng = np.random.default_rng(7)


def create(name, sizes, fmt="NETCDF4_CLASSIC", times=None, units="hours since 2000-01-01", calendar=None):
    d = Dataset(os.path.join(folder, name + ".nc"), "w", format=fmt)
    for k, n in sizes.items():
        d.createDimension(k, n)
    if times is not None:
        t = d.createVariable("time", "f8", ("time",))
        t.units = units
        if calendar:
            t.calendar = calendar
        t[:] = times
    return d


def put(v, raw):
    v.set_auto_maskandscale(False)
    v[:] = raw


def expect(name, a):
    np.asarray(a, "f4").tofile(os.path.join(folder, name + ".f32"))


def axis(d, name, values, units="", standard="", typ="f8"):
    v = d.createVariable(name, typ, (name,))
    if units:
        v.units = units
    if standard:
        v.standard_name = standard
    v[:] = values
    return v


# Packed shorts, two different fills, descending latitude, mm/day, 360-day calendar.
d = create("packed", dict(time=5, lat=4, lon=3), times=np.arange(5) + 0.5, units="days since 1980-12-01", calendar="360_day")
axis(d, "lat", [60, 55, 50, 45], "degrees_north")
axis(d, "lon", [0, 5, 10], "degrees_east")
v = d.createVariable("pr", "i2", ("time", "lat", "lon"), fill_value=np.int16(-32768))
v.missing_value = np.int16(-1000)
v.scale_factor, v.add_offset, v.units = 0.01, 300.0, "mm/day"
raw = rng.integers(-30000, 30000, (5, 4, 3)).astype("i2")
raw[0, 0, 0], raw[4, 3, 2], raw[2, 1, 1] = -32768, -1000, -30000
put(v, raw)
a = raw * 0.01 + 300
a[(raw == -32768) | (raw == -1000)] = np.nan
expect("packed", a[:, ::-1] / 24)
d.close()

# As UKCP18 Local: member of one, rotated pole, longitudes beyond 360, bounds,
# 2-D places, helpers of other types.
d = create("ukcp", dict(ensemble_member=1, time=6, grid_latitude=4, grid_longitude=5, bnds=2, string=10),
           times=np.arange(6) + 0.5, units="hours since 1970-01-01 00:00:00", calendar="360_day")
d["time"].bounds = "time_bnds"
d["time"].axis = "T"
b = d.createVariable("time_bnds", "f8", ("time", "bnds"))
b[:] = np.stack([np.arange(6), np.arange(6) + 1], -1)
axis(d, "grid_latitude", [-1.5, -0.5, 0.5, 1.5], "degrees", "grid_latitude", "f4")
axis(d, "grid_longitude", [358, 359, 360, 361, 362], "degrees", "grid_longitude", "f4")
axis(d, "ensemble_member", [1], "1", "realization", "i4")
m = d.createVariable("rotated_latitude_longitude", "i4")
m.grid_mapping_name = "rotated_latitude_longitude"
m.grid_north_pole_latitude, m.grid_north_pole_longitude, m.earth_radius = 37.5, 177.5, 6371229.0
for n, std in (("latitude", "degrees_north"), ("longitude", "degrees_east")):
    p = d.createVariable(n, "f8", ("grid_latitude", "grid_longitude"))
    p.standard_name, p.units = n, std
    p[:] = 50 + np.arange(20).reshape(4, 5) if n == "latitude" else 350 + np.arange(20).reshape(4, 5)
s = d.createVariable("yyyymmddhh", "S1", ("time", "string"))
y = d.createVariable("year", "i4", ("time",))
y[:] = 1970
v = d.createVariable("pr", "f4", ("ensemble_member", "time", "grid_latitude", "grid_longitude"), fill_value=np.float32(1e20), zlib=True)
v.standard_name, v.units, v.cell_methods = "lwe_precipitation_rate", "mm/hour", "time: mean"
v.grid_mapping, v.coordinates = "rotated_latitude_longitude", "ensemble_member latitude longitude yyyymmddhh"
raw = rng.random((1, 6, 4, 5)).astype("f4")
raw[0, 3, 2, 1] = 1e20
put(v, raw)
a = raw[0].copy()
a[a > 1e19] = np.nan
expect("ukcp", a)
d.close()

# Every fill seen in real files, in float32 with the attribute in double.
d = create("fills", dict(time=2, y=2, x=6), fmt="NETCDF3_CLASSIC", times=[0, 1])
v = d.createVariable("tas", "f4", ("time", "y", "x"), fill_value=np.float32(-99.9))
v.setncattr("missing_value", np.array([-99.9, 1e34, -1e34, 1e36, 1e20, -9999.0]))
v.units = "K"
raw = np.full((2, 2, 6), 280, "f4")
raw[0, 0] = [-99.9, 1e34, -1e34, 1e36, 1e20, -9999]
raw[1, 1] = [np.nan, 281, -99.8, 282, 283, 284]
put(v, raw)
a = raw.copy()
a[0, 0] = np.nan
expect("fills", a)
d.close()

# The library's own fill, no attribute at all; values never written.
d = create("unwritten", dict(time=3, y=2, x=2), times=[0, 1, 2])
v = d.createVariable("tas", "f8", ("time", "y", "x"))
v.units = "K"
v[0] = 1.5
v[2] = 2.5
expect("unwritten", np.stack([np.full((2, 2), c) for c in (1.5, np.nan, 2.5)]))
d.close()

# Unsigned bytes in signed ones, and a valid range.
d = create("unsigned", dict(time=2, y=1, x=4), times=[0, 1])
v = d.createVariable("cloud", "i1", ("time", "y", "x"), fill_value=np.int8(-1))
v.setncattr("_Unsigned", "true")
v.setncattr("valid_range", np.array([0, -56], "i1"))  # 0 to 200
v.units, v.scale_factor = "1", 0.5
put(v, np.array([[[0, 100, -128, -56]], [[-1, -55, -2, 1]]], "i1"))
expect("unsigned", [[[0, 50, 64, 100]], [[np.nan, np.nan, np.nan, 0.5]]])
d.close()

# Columns before rows before time, longitudes descending, latitude descending.
d = create("transposed", dict(lon=4, lat=3, time=2), times=[0, 1])
axis(d, "lat", [3, 2, 1], "degrees_north")
axis(d, "lon", [4, 3, 2, 1], "degrees_east")
v = d.createVariable("tas", "f8", ("lon", "lat", "time"))
v.units = "K"
raw = np.arange(24.0).reshape(4, 3, 2)
put(v, raw)
expect("transposed", raw.transpose(2, 1, 0)[:, ::-1, ::-1])
d.close()

# A global axis that passes 360, and one cut in the middle of the region.
d = create("global", dict(time=2, lat=2, lon=8), times=[0, 1])
axis(d, "lat", [-45, 45], "degrees_north")
axis(d, "lon", 65 + 45.0 * np.arange(8), "degrees_east")  # 65 to 380
v = d.createVariable("tas", "f4", ("time", "lat", "lon"))
raw = rng.random((2, 2, 8)).astype("f4")
put(v, raw)
expect("global", np.roll(raw, 1, -1))
d.close()
d = create("cut", dict(time=2, lat=2, lon=4), times=[0, 1])
axis(d, "lat", [50, 51], "degrees_north")
axis(d, "lon", [358, 359, 0, 1], "degrees_east")
v = d.createVariable("tas", "f4", ("time", "lat", "lon"))
put(v, raw[:, :, :4])
expect("cut", raw[:, :, :4])
d.close()

# 2-D places without coordinates of rows, running south.
d = create("south", dict(time=2, ny=3, nx=2), times=[0, 1])
for n, u, a in (("lat", "degrees_north", [[3, 3], [2, 2], [1, 1]]), ("lon", "degrees_east", [[0, 1], [0, 1], [0, 1]])):
    p = d.createVariable(n, "f4", ("ny", "nx"))
    p.units = u
    p[:] = a
v = d.createVariable("tas", "f4", ("time", "ny", "nx"))
raw = np.arange(12, dtype="f4").reshape(2, 3, 2)
put(v, raw)
expect("south", raw[:, ::-1])
d.close()

# Amounts over months of different length, from bounds.
d = create("monthly", dict(time=3, y=2, x=2, nv=2), times=[15, 45, 75], units="days since 2001-01-01", calendar="noleap")
d["time"].bounds = "edges"
b = d.createVariable("edges", "f8", ("time", "nv"))
b[:] = [[0, 31], [31, 59], [59, 90]]
v = d.createVariable("precip", "f4", ("time", "y", "x"))
v.units, v.cell_methods = "kg m-2", "area: mean time: sum"
put(v, np.stack([np.full((2, 2), c, "f4") for c in (744, 672, 74.4)]))
expect("monthly", np.stack([np.full((2, 2), c) for c in (1, 1, 0.1)]))
d.close()

# Attributes of type string, one of them not ASCII; rain a little below zero.
d = create("strings", dict(time=2, y=2, x=2), fmt="NETCDF4", times=[0, 3], units="hours since 2000-01-01")
d["time"].setncattr_string("units", "hours since 2000-01-01")
v = d.createVariable("rain", "f4", ("time", "y", "x"))
v.setncattr_string("units", "kg·m⁻²·s⁻¹")
v.setncattr("empty", "")
put(v, np.array([[[0, -1e-7], [1e-4, 2e-4]], [[0, 0], [0, 1e-3]]], "f4"))
expect("strings", [[[0, 0], [0.36, 0.72]], [[0, 0], [0, 3.6]]])
d.close()

# A place along a dimension must be chosen; two variables; wind keeps its units.
d = create("levels", dict(time=2, level=3, lat=2, lon=2), times=[0, 6], units="hours since 1900-01-01 00:00:0.0", calendar="gregorian")
axis(d, "level", [1000, 850, 500], "millibars", typ="i4")
axis(d, "lat", [1, 2], "degrees_north")
axis(d, "lon", [1, 2], "degrees_east")
raw = np.arange(24, dtype="f4").reshape(2, 3, 2, 2)
for n, std in (("u", "eastward_wind"), ("v", "northward_wind")):
    w = d.createVariable(n, "f4", ("time", "level", "lat", "lon"))
    w.units, w.standard_name = "m s**-1", std
    put(w, raw)
expect("levels", raw[:, 1])
d.close()

# What must be refused.


def simple(name, raw, units="mm/h", variable="pr", times=None, **more):
    n = len(raw)
    d = create(name, dict(time=n, y=raw.shape[1], x=raw.shape[2]), times=np.arange(n) if times is None else times, **more)
    v = d.createVariable(variable, "f4", ("time", "y", "x"))
    v.units = units
    put(v, raw.astype("f4"))
    return d


ok = rng.random((4, 3, 3))
simple("bad-units", ok, "dBZ").close()
simple("bad-missing", np.full((4, 3, 3), np.nan)).close()
bad = ok.copy()
bad[2, 1, 2] = -3277
simple("bad-fill", bad).close()
bad = ok.copy()
bad[1, 0, 0] = 1e36
simple("bad-huge", bad, "K", "tas").close()
bad = ok.copy()
bad[1, 0, 0] = np.inf
simple("bad-infinite", bad, "K", "tas").close()
simple("bad-backwards", ok, times=[0, 2, 1, 3]).close()
d = simple("bad-month", ok)
d["time"].units = "month"
d.close()
d = simple("bad-calendar", ok)
d["time"].calendar = "mayan"
d.close()
d = simple("bad-amount", ok, "mm")
d["pr"].cell_methods = "time: sum"
d.close()
d = simple("bad-interval", ok, "mm")
d["pr"].cell_methods = "time: sum (interval: 5 minutes)"
d.close()
d = simple("bad-mean", ok, "mm")
d["pr"].cell_methods = "time: maximum (interval: 1 hour)"
d.close()
d = create("bad-empty", dict(time=None, y=2, x=2), times=[])
v = d.createVariable("pr", "f4", ("time", "y", "x"))
v.units = "mm/h"
d.close()
d = create("bad-groups", {}, fmt="NETCDF4")
d.createGroup("model").createDimension("x", 2)
d.close()
d = create("bad-flat", dict(station=3, time=2), times=[0, 1])
v = d.createVariable("pr", "f4", ("station", "time"))
v[:] = 1
d.close()
simple("gap", ok.repeat(3, 0), times=[0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14]).close()
d = simple("dateless", ok)
d["time"].units = "hours"
d.close()
