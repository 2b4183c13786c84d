#!/usr/bin/env python3
"""Writes arrays.json: arrays as NumPy saves them, in base64, with their elements row by row; and two archives.

Run with a Python that has numpy: python Tests/TrainingTests/Numpy/Fixtures/generate_arrays.py
"""

import base64
import io
import json
import pathlib
import zipfile

import numpy as np

TYPES = ["?", "i1", "u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]
SHAPES = [(5,), (3, 4), (2, 3, 2), (2, 1, 3, 2)]


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def archive(save, **arrays):
    """An archive whose members bear one date, so that each run writes the same bytes."""
    stream = io.BytesIO()
    save(stream, **arrays)
    source, target = zipfile.ZipFile(stream), io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for info in source.infolist():
            fixed = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = info.compress_type
            with file.open(fixed, "w", force_zip64=True) as member:
                member.write(source.read(info))
    return target.getvalue()


def main():
    arrays = []
    for number, type_ in enumerate(TYPES):
        shape = SHAPES[number % len(SHAPES)]
        values = (np.arange(np.prod(shape)) * 1.25 - 3) if np.dtype(type_).kind in "fi" else np.arange(np.prod(shape)) % 3
        array = values.reshape(shape).astype(type_)
        for order in "CF":
            ordered = np.asarray(array, order=order)
            arrays.append({
                "type": type_, "order": order, "shape": list(shape), "bytes": base64.b64encode(saved(ordered)).decode(),
                "elements": [float(x) for x in array.ravel(order="C")],
            })
    x = (np.arange(24) % 7).reshape(6, 2, 2).astype("u1")
    y = np.array([3, -1, 3, 5, -1, 5])
    document = {
        "arrays": arrays,
        "stored": base64.b64encode(archive(np.savez, x=x, y=y)).decode(),
        "deflated": base64.b64encode(archive(np.savez_compressed, x=x, y=y)).decode(),
        "half": [[bits, float(np.array([bits], "u2").view("f2")[0])] for bits in [0, 1, 0x3FF, 0x400, 0x3C00, 0x7BFF, 0x8001, 0xC123]],
    }
    path = pathlib.Path(__file__).with_name("arrays.json")
    path.write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
