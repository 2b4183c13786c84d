#!/usr/bin/env python3
"""Packs the UCI handwritten digits that scikit-learn ships into `digits.packed`.

    python3 pack_digits.py        writes digits.packed beside this script and prints its figures

Layout, all integers little-endian:

    offset  bytes  what
    0       4      "HPOD"
    4       2      version, 1
    6       2      number of classes
    8       4      number of samples
    12      2      channels of a sample
    14      2      height
    16      2      width
    18      2      largest feature value
    20      4      size of the body once inflated
    24      4      CRC-32 of the body once inflated
    28      ...    the body as a zlib stream

The body holds one byte a feature, feature by feature (all samples' first pixel, then all samples' second ...), which
deflates better than image by image, and then one byte a label.
"""

import pathlib
import struct
import zlib

import numpy
from sklearn.datasets import load_digits


def smallest_stream(body: bytes) -> bytes:
    streams = []
    for memory in (8, 9):
        for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE):
            deflater = zlib.compressobj(9, zlib.DEFLATED, 15, memory, strategy)
            streams.append(deflater.compress(body) + deflater.flush())
    return min(streams, key=len)


def main() -> None:
    digits = load_digits()
    pixels = digits.data.astype(numpy.uint8)
    labels = digits.target.astype(numpy.uint8)
    assert (pixels == digits.data).all() and pixels.shape == (1797, 64)

    body = pixels.T.tobytes() + labels.tobytes()
    stream = smallest_stream(body)
    header = struct.pack(
        "<4sHHIHHHHII", b"HPOD", 1, 10, len(labels), 1, 8, 8, int(pixels.max()), len(body), zlib.crc32(body))
    target = pathlib.Path(__file__).with_name("digits.packed")
    target.write_bytes(header + stream)

    position = numpy.arange(1, 65, dtype=numpy.int64)
    print("bytes", len(header) + len(stream))
    print("crc32", zlib.crc32(body))
    print("sum of pixels", int(pixels.sum()))
    print("sum of pixel * position in its image", int((pixels.astype(numpy.int64) * position).sum()))
    print("sum of label * index", int((labels.astype(numpy.int64) * numpy.arange(len(labels))).sum()))
    print("images of each class", numpy.bincount(labels).tolist())
    print("first image", pixels[0].tolist(), int(labels[0]))
    print("last image", pixels[-1].tolist(), int(labels[-1]))


if __name__ == "__main__":
    main()
