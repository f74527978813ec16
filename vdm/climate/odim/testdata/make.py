"""Writes odim.zip with h5py, which is the HDF5 library: composites as Europe's weather
services write them, 6 rows of 8 cells.

    python make.py odim.zip

steps(t) are whole numbers, rows from south to north; the files have them from north to
south. Two cells are special in every image: the north-western one is nodata, the
north-eastern one is undetect.
"""

import io
import sys
import zipfile

import h5py
import numpy as np
import pyproj

HEIGHT, WIDTH = 6, 8
OPERA = "+proj=laea +lat_0=55.0 +lon_0=10.0 +x_0=1950000.0 +y_0=-2100000.0 +units=m +ellps=WGS84"
FMI = "+proj=stere +a=6371288 +lon_0=25 +x_0=380886.310 +y_0=3395677.920 +lat_0=90 +lat_ts=60"
KNMI = "+proj=stere +lat_0=90 +lon_0=0.0 +lat_ts=60.0 +a=6378.14 +b=6356.75 +x_0=0 +y_0=0"


def steps(t):
    return (np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) * 7 + t * 5) % 23 + 1


def stored(t, dtype, nodata, undetect):
    v = steps(t).astype(dtype)[::-1].copy()
    v[0, 0], v[0, -1] = nodata, undetect
    return v


def where(f, projdef, x0, y0, scale, centres=False, group="where"):
    g = f.create_group(group)
    g.attrs["projdef"] = np.bytes_(projdef)
    g.attrs["xsize"], g.attrs["ysize"] = np.int64(WIDTH), np.int64(HEIGHT)
    g.attrs["xscale"] = g.attrs["yscale"] = float(scale)
    p = pyproj.Proj(projdef, preserve_units=True)
    cut = 1 if centres else 0
    for name, i, j in (("LL", 0, 0), ("UL", 0, HEIGHT - cut), ("UR", WIDTH - cut, HEIGHT - cut), ("LR", WIDTH - cut, 0)):
        g.attrs[name + "_lon"], g.attrs[name + "_lat"] = p(x0 + i * scale, y0 + j * scale, inverse=True)


def what(g, **attributes):
    g = g.create_group("what")
    for name, value in attributes.items():
        g.attrs[name] = np.bytes_(value) if isinstance(value, str) else value


def root(f, time, obj="COMP", version="ODIM_H5/V2_2"):
    f.attrs["Conventions"] = np.bytes_(version)
    what(f, object=obj, version="H5rad 2.2", date="20240615", time=time, source="ORG:247")


def image(f, number, data, at="data1", chunks=None, **attributes):
    g = f.require_group(f"dataset{number}")
    what(g, **attributes)
    d = g.create_group(at).create_dataset("data", data=data, chunks=chunks or data.shape, compression="gzip", compression_opts=6)
    d.attrs["CLASS"], d.attrs["IMAGE_VERSION"] = np.bytes_("IMAGE"), np.bytes_("1.2")
    return g


def dbz(f, number, t, start, end, **more):
    return image(f, number, stored(t, "u1", 255, 0), product="MAX", quantity="DBZH", gain=2.0, offset=-4.0, nodata=255.0, undetect=0.0,
                 startdate="20240615", starttime=start, enddate="20240615", endtime=end, **more)


def acrr(f, number, t, start, end, dtype="f8"):
    return image(f, number, stored(t, dtype, -9999000, -8888000), chunks=(4, 5), product="RR", quantity="ACRR", gain=0.5, offset=0.0, nodata=-9999000.0, undetect=-8888000.0,
                 startdate="20240615", starttime=start, enddate="20240615", endtime=end)


files = {}


def file(name, libver=None):
    def write(make):
        b = io.BytesIO()
        with h5py.File(b, "w", libver=libver) as f:
            make(f)
        files[name] = b.getvalue()
    return write


for t in range(3):
    @file(f"dbzh_{t}.h5")
    def _(f):
        root(f, f"12{5 * t:02}00")
        where(f, FMI, 1000.0, 2000.0, 1000.0)
        dbz(f, 1, t, f"12{5 * t:02}00", f"12{5 * t:02}00")

    @file(f"acrr_{t}.h5")
    def _(f):
        root(f, f"1{3 + t}0000")
        where(f, OPERA, 100000.0, 200000.0, 2000.0)
        acrr(f, 1, t, f"1{2 + t}0000", f"1{3 + t}0000")


@file("acrr_new.h5", ("latest", "latest"))
def _(f):
    root(f, "130000", version="ODIM_H5/V2_4")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    acrr(f, 1, 0, "120000", "130000", "f4")


@file("acrr_undated.h5")
def _(f):
    root(f, "130000")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    image(f, 1, stored(0, "f8", -1, -2), product="RR", quantity="ACRR", gain=0.5, offset=0.0, nodata=-1.0, undetect=-2.0)


@file("rate.h5")
def _(f):
    root(f, "120500", "IMAGE")
    where(f, KNMI, 10.0, -4000.0, 1.0, centres=True)
    g = image(f, 1, stored(0, ">u2", 65535, 65534), product="SURF")
    what(g["data1"], quantity="RATE", gain="0.1", offset=0.0, nodata=65535.0, undetect=65534.0)
    quality = g.create_group("quality1")
    quality.create_dataset("data", data=np.zeros((HEIGHT, WIDTH), "u1"))


@file("forecast.h5")
def _(f):
    root(f, "120000")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    for t in range(3):
        dbz(f, t + 1, t, f"12{10 * t:02}00", f"12{10 * t + 10:02}00")


@file("several.h5")
def _(f):
    root(f, "130000")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    dbz(f, 1, 0, "125500", "130000")
    acrr(f, 2, 1, "120000", "130000")
    g = image(f, 3, stored(0, "u1", 255, 0), product="ETOP", quantity="HGHT", gain=0.5, offset=0.0, nodata=255.0, undetect=0.0)


@file("twice.h5")
def _(f):
    root(f, "130000")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    dbz(f, 1, 0, "125500", "130000")
    dbz(f, 2, 1, "125500", "130000")


@file("elsewhere.h5")
def _(f):
    root(f, "130000")
    where(f, "+proj=geos +h=35785831 +ellps=WGS84", 100000.0, 200000.0, 2000.0)
    dbz(f, 1, 0, "125500", "130000")


@file("corners.h5")
def _(f):
    root(f, "130000")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    f["where"].attrs["xscale"] = f["where"].attrs["yscale"] = 1000.0
    dbz(f, 1, 0, "125500", "130000")


@file("volume.h5")
def _(f):
    root(f, "130000", "PVOL")
    dbz(f, 1, 0, "125500", "130000")


@file("sizes.h5")
def _(f):
    root(f, "130000")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    f["where"].attrs["xsize"] = 9
    dbz(f, 1, 0, "125500", "130000")


@file("sparse.h5")
def _(f):
    root(f, "130000")
    where(f, OPERA, 100000.0, 200000.0, 2000.0)
    f["where"].attrs["xsize"] = f["where"].attrs["ysize"] = 8000
    f.create_group("dataset1")
    what(f["dataset1"], quantity="RATE", gain=1.0, offset=0.0, nodata=255.0, undetect=0.0)
    d = f["dataset1"].create_dataset("data1/data", shape=(8000, 8000), dtype="u1", chunks=(100, 100), compression="gzip")
    d[:100, :100] = 1


@file("other.h5")
def _(f):
    f.create_dataset("x", data=np.zeros((2, 3)))


with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    for name in sorted(files):
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(entry, files[name], compresslevel=9)

# The places of cells by PROJ, for the test.
for name, projdef, x0, y0, scale in (("FMI", FMI, 1000, 2000, 1000), ("OPERA", OPERA, 100000, 200000, 2000)):
    p = pyproj.Proj(projdef, preserve_units=True)
    print(name, "south-western cell:", *p(x0 + scale / 2, y0 + scale / 2, inverse=True), "north-eastern:", *p(x0 + (WIDTH - 0.5) * scale, y0 + (HEIGHT - 0.5) * scale, inverse=True))
p = pyproj.Proj(KNMI, preserve_units=True)
print("KNMI south-western cell:", *p(10, -4000, inverse=True))
