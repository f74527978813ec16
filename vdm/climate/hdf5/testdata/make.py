"""Writes the files of this folder with h5py, which is the HDF5 library:

    python make.py FOLDER

Every data set of three dimensions has the values of value(). old.h5 has the format that
all versions of the library write by default, new.h5 that of the newest.
"""

import gzip
import os
import sys

import h5py
import numpy as np


def value():
    return (np.arange(60) % 31 * 0.5 - 3).reshape(3, 4, 5)


def fill(f):
    v = value()
    f.attrs["text"] = "variable: ärger"
    f.attrs["fixed"] = np.bytes_("fixed")
    f.attrs.create("padded", "padded", dtype=h5py.string_dtype("ascii", 12))
    f.attrs["many"] = ["a", "bc"]
    f.attrs["number"] = 2.5
    f.attrs["whole"] = np.int32(-7)
    f.attrs["large"] = np.uint64(2**63)
    f.attrs["big"] = np.array([1, -2], ">i2")
    f.attrs["yes"] = True
    f.attrs["empty"] = h5py.Empty("f4")
    f.attrs["list"] = np.arange(3.0)
    d = f.create_dataset("whole", data=v)
    d.attrs["units"] = "mm"
    f.create_dataset("single", data=v.astype("f4"))
    f.create_dataset("bigendian", data=v.astype(">f8"))
    f.create_dataset("short", data=(v * 2).astype("i2"))
    f.create_dataset("byte", data=(v * 2 + 6).astype("u1"), chunks=(2, 3, 4))
    f.create_dataset("deflate", data=v, chunks=(1, 4, 5), compression="gzip")
    f.create_dataset("shuffled", data=v.astype("f4"), chunks=(2, 3, 4), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("sum", data=v, chunks=(3, 4, 5), fletcher32=True)
    f.create_dataset("lzf", data=v, chunks=(3, 4, 5), compression="lzf")
    d = f.create_dataset("part", shape=(3, 4, 5), dtype="f8", chunks=(1, 2, 5), fillvalue=-9)
    d[1, 2:] = v[1, 2:]
    f.create_dataset("never", shape=(3, 4, 5), dtype="i4", fillvalue=4)
    f.create_dataset("scalar", data=4.25)
    f.create_dataset("text", data="no numbers")
    f.create_dataset("record", data=np.zeros(2, [("a", "i4"), ("b", "f8")]))
    f.create_dataset("fine", data=np.arange(1100).reshape(22, 50), chunks=(1, 1))
    props = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    props.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((3, 4, 5))
    h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F64LE, space, props).write(h5py.h5s.ALL, h5py.h5s.ALL, v)
    g = f.create_group("group/inner")
    g.attrs["here"] = "inner"
    g["link"] = h5py.SoftLink("/whole")
    g["away"] = h5py.ExternalLink("/etc/passwd", "/x")
    g["hard"] = f["whole"]
    f["type"] = np.dtype("f8")
    f.create_dataset("named", data=v, dtype=f["type"])
    full = f.create_group("full")
    for i in range(60):
        full.create_group(f"member{i:03}")
    for i in range(60):
        full.attrs[f"attribute{i:03}"] = i


def small(f):
    """What the fuzz test and the test of every changed byte begin with."""
    f.attrs["text"] = "text"
    f.attrs["number"] = 2.5
    g = f.create_group("group")
    g.create_dataset("deflate", data=value().astype("u1"), chunks=(2, 3, 4), compression="gzip", shuffle=True, fletcher32=True)
    g.create_dataset("whole", data=np.arange(6.0))
    for i in range(9):
        g.attrs[f"attribute{i}"] = i


def main(folder):
    for name, libver, make in (("old", None, fill), ("new", ("latest", "latest"), fill), ("small-old", None, small), ("small-new", ("latest", "latest"), small)):
        path = os.path.join(folder, name + ".h5")
        with h5py.File(path, "w", libver=libver) as f:
            make(f)
        with open(path, "rb") as plain, open(path + ".gz", "wb") as out, gzip.GzipFile("", "wb", 9, out, 0) as packed:
            packed.write(plain.read())
        os.remove(path)


main(sys.argv[1])
