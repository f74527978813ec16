"""Writes the stores of this folder, as zip files, with zarr-python of version 2 and 3:

    python golden.py FOLDER

Every variable with the dimensions time, y and x has the values of value(), 3 x 4 x 5, but
one cell that is missing; they are written in as many ways as there are arrays.
"""

import os
import shutil
import sys
import zipfile

import numpy as np
import xarray as xr
import zarr

major = int(zarr.__version__.split(".")[0])
out = sys.argv[1]


def value():
    v = (np.arange(60) % 31 * 0.5).reshape(3, 4, 5)
    v[1, 2, 3] = np.nan
    return v


def packed(dtype, fill):
    v = value()
    return np.where(np.isnan(v), fill, np.nan_to_num(v) * 2).astype(dtype)


def pack(folder):
    """The folder as a zip file without dates, so that it is the same each time."""
    with zipfile.ZipFile(folder + ".zip", "w", zipfile.ZIP_DEFLATED) as z:
        for base, dirs, files in os.walk(folder):
            dirs.sort()
            for name in sorted(files):
                path = os.path.join(base, name)
                entry = zipfile.ZipInfo(os.path.relpath(path, folder))
                entry.compress_type = zipfile.ZIP_DEFLATED
                z.writestr(entry, open(path, "rb").read())
    shutil.rmtree(folder)


def dataset():
    d = xr.Dataset(
        {"rain": (("time", "y", "x"), value(), {"standard_name": "rainfall_rate", "units": "mm/h"})},
        {
            "time": ("time", np.array(["2020-01-01T00", "2020-01-01T01", "2020-01-01T02"], "M8[ns]")),
            "y": ("y", np.arange(4) * 1000.0, {"standard_name": "projection_y_coordinate", "units": "m"}),
            "x": ("x", np.arange(5) * 1000.0, {"standard_name": "projection_x_coordinate", "units": "m"}),
        },
        {"title": "golden"},
    )
    d["packed"] = d.rain.copy()
    d.packed.encoding = {"dtype": "int16", "scale_factor": 0.5, "add_offset": 1.0, "_FillValue": -99}
    d["short"] = d.rain.astype("f4")
    d.short.encoding = {"chunks": (1, 4, 5)}
    return d


def coordinates(group, make):
    make(group, "time", np.arange(3, dtype="i4"), {"units": "hours since 2020-01-01", "standard_name": "time"}, ["time"])
    make(group, "y", np.arange(4) * 1000.0, {"units": "m", "standard_name": "projection_y_coordinate"}, ["y"])
    make(group, "x", np.arange(5) * 1000.0, {"units": "m", "standard_name": "projection_x_coordinate"}, ["x"])


def arrays_v2():
    import numcodecs

    folder = os.path.join(out, "v2-arrays")
    group = zarr.open_group(folder, mode="w")

    def make(g, name, data, attrs, dims, **kw):
        kw.setdefault("compressor", None)
        kw.setdefault("fill_value", None)
        a = g.create_dataset(name, shape=data.shape, dtype=data.dtype, chunks=kw.pop("chunks", (2, 4, 5)[: data.ndim]), **kw)
        a[...] = data
        a.attrs.update(attrs | {"_ARRAY_DIMENSIONS": dims})

    coordinates(group, make)
    dims, f4 = ["time", "y", "x"], value().astype("f4")
    blosc = numcodecs.Blosc
    for name, kw in {
        "plain": {"chunks": (2, 3, 4)},
        "zlib": {"compressor": numcodecs.Zlib(1)},
        "gzip": {"compressor": numcodecs.GZip(1)},
        "zstd": {"compressor": numcodecs.Zstd(1)},
        "lz4": {"compressor": blosc("lz4", 5, blosc.SHUFFLE)},
        "lz4hc": {"compressor": blosc("lz4hc", 5, blosc.NOSHUFFLE)},
        "bits": {"compressor": blosc("zstd", 5, blosc.BITSHUFFLE)},
        "bloscz": {"compressor": blosc("zlib", 5, blosc.SHUFFLE)},
        "fortran": {"order": "F", "chunks": (2, 3, 4)},
        "slashes": {"dimension_separator": "/"},
    }.items():
        make(group, name, f4, {}, dims, **kw)
    make(group, "blosclz", np.zeros((3, 40, 50), "f4"), {}, ["a", "b", "c"], chunks=(3, 40, 50), compressor=blosc("blosclz", 9, blosc.SHUFFLE))
    make(group, "large", (np.arange(6000.0) % 70).reshape(3, 40, 50), {}, ["a", "b", "c"], chunks=(3, 40, 50), compressor=blosc("lz4", 5, blosc.SHUFFLE))
    make(group, "big", value().astype(">f4"), {}, dims)
    make(group, "double", value(), {}, dims, fill_value=np.nan)
    make(group, "half", value().astype("f2"), {}, dims)
    for dtype in ("i1", "u1", "<i2", ">i2", "<u2", "<i4", "<u4", "<i8", "<u8"):
        name = "packed_" + dtype.replace("<", "").replace(">", "big_")
        make(group, name, packed(dtype, 100), {"scale_factor": 0.5}, dims, fill_value=100)
    make(group, "absent", f4, {}, dims, fill_value=0.0)  # a chunk is taken away
    make(group, "delta", packed("i2", 100), {}, dims, filters=[numcodecs.Delta("i2")])
    make(group, "bz2", f4, {}, dims, compressor=numcodecs.BZ2(1))
    make(group, "names", np.array(["north", "süd"]), {}, ["name"])
    make(group, "words", np.array(["one", "twö", ""], dtype=object), {}, ["word"], object_codec=numcodecs.VLenUTF8())
    make(group, "instants", np.array(["2020-01-01T00", "2020-01-01T01", "NaT"], "M8[ns]"), {}, ["time"])
    os.remove(os.path.join(folder, "absent", "0.0.0"))
    inner = group.create_group("inner")
    coordinates(inner, make)
    make(inner, "rain", f4, {"units": "mm/h", "standard_name": "rainfall_rate", "quality": [1.5, float("nan")]}, dims)
    pack(folder)


def arrays_v3():
    folder = os.path.join(out, "v3-arrays")
    group = zarr.open_group(folder, mode="w", zarr_format=3)

    def make(g, name, data, attrs, dims, **kw):
        kw.setdefault("compressors", None)
        a = g.create_array(name, shape=data.shape, dtype=data.dtype, chunks=kw.pop("chunks", (2, 4, 5)[: data.ndim]), dimension_names=dims, attributes=attrs, **kw)
        a[...] = data

    coordinates(group, make)
    dims, f4 = ["time", "y", "x"], value().astype("f4")
    c = zarr.codecs
    for name, kw in {
        "plain": {"chunks": (2, 3, 4)},
        "gzip": {"compressors": c.GzipCodec(level=1)},
        "zstd": {"compressors": c.ZstdCodec(level=1, checksum=True)},
        "blosc": {"compressors": c.BloscCodec(cname="lz4", shuffle="bitshuffle")},
        "sum": {"compressors": [c.Crc32cCodec()]},
        "packed_sum": {"compressors": [c.GzipCodec(level=1), c.Crc32cCodec()]},
        "sum_packed": {"compressors": [c.Crc32cCodec(), c.ZstdCodec(level=1)]},
        "transposed": {"chunks": (2, 3, 4), "filters": [c.TransposeCodec(order=(2, 0, 1))]},
        "big": {"serializer": c.BytesCodec(endian="big")},
        "dots": {"chunk_key_encoding": {"name": "default", "separator": "."}},
        "keys_v2": {"chunk_key_encoding": {"name": "v2", "separator": "."}},
    }.items():
        make(group, name, f4, {}, dims, **kw)
    make(group, "double", value(), {}, dims, fill_value=np.nan)
    make(group, "half", value().astype("f2"), {}, dims)
    for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"):
        make(group, "packed_" + dtype, packed(dtype, 100), {"scale_factor": 0.5, "_FillValue": 100}, dims)
    make(group, "shards", f4, {}, dims, chunks=(1, 2, 5), shards=(2, 4, 5))
    make(group, "words", np.array(["one", "twö", ""], dtype=np.dtypes.StringDType()), {}, ["word"])
    make(group, "names", np.array(["north", "süd"]), {}, ["name"])
    make(group, "instants", np.array(["2020-01-01T00", "2020-01-01T01", "NaT"], "M8[ns]"), {}, ["time"])
    inner = group.create_group("inner")
    coordinates(inner, make)
    make(inner, "rain", f4, {"units": "mm/h", "standard_name": "rainfall_rate"}, dims)
    pack(folder)


if major == 2:
    arrays_v2()
    folder = os.path.join(out, "v2-xarray")
    dataset().to_zarr(folder, mode="w", consolidated=True)
    pack(folder)
else:
    arrays_v3()
    folder = os.path.join(out, "v3-xarray")
    dataset().to_zarr(folder, mode="w", zarr_format=3, consolidated=True)
    pack(folder)
