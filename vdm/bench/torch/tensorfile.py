"""Reads and writes safetensors files with numpy alone.

The format: eight bytes (little-endian) that hold the length of a JSON header, the
header, then the tensors' bytes. The header maps a name to dtype, shape and the two
offsets of its bytes, counted from the end of the header; "__metadata__" maps text
to text.
"""

import json
import struct

import numpy as np

_DTYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "I64": np.dtype("<i8")}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


def read(path):
    """Returns (tensors, metadata): a dict of arrays, and a dict of text."""
    with open(path, "rb") as file:
        raw = file.read()
    if len(raw) < 8:
        raise ValueError(f"{path}: {len(raw)} bytes, a safetensors file has at least 8")
    (length,) = struct.unpack_from("<Q", raw)
    if length > len(raw) - 8:
        raise ValueError(f"{path}: header of {length} bytes in a file of {len(raw)}")
    header = json.loads(raw[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body = memoryview(raw)[8 + length :]
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in _DTYPES:
            raise ValueError(f"{path}: {name}: dtype {entry['dtype']}, expected one of {sorted(_DTYPES)}")
        begin, end = entry["data_offsets"]
        if not 0 <= begin <= end <= len(body):
            raise ValueError(f"{path}: {name}: bytes {begin}..{end} lie outside the {len(body)} bytes of data")
        values = np.frombuffer(body[begin:end], _DTYPES[entry["dtype"]])
        if values.size != int(np.prod(entry["shape"])):
            raise ValueError(f"{path}: {name}: {values.size} values, shape {entry['shape']}")
        tensors[name] = values.reshape(entry["shape"]).copy()
    return tensors, metadata


def write(path, tensors, metadata):
    """Writes arrays (float32, float64 or int64) in the order of the dict."""
    header = {"__metadata__": {key: str(value) for key, value in metadata.items()}}
    chunks, offset = [], 0
    for name, value in tensors.items():
        value = np.asarray(value, order="C")
        value = value.astype(value.dtype.newbyteorder("<"), copy=False)
        if value.dtype not in _NAMES:
            raise ValueError(f"{path}: {name}: cannot store {value.dtype}")
        chunk = value.tobytes()
        header[name] = {
            "dtype": _NAMES[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [offset, offset + len(chunk)],
        }
        chunks.append(chunk)
        offset += len(chunk)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the data start at a multiple of eight
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for chunk in chunks:
            file.write(chunk)
