#!/usr/bin/env python3
"""Makes the bundled sample of Fashion-MNIST: the first 600 training and 100 test images of each class.

Reads the four files of Debian's package dataset-fashion-mnist and writes four files of the same names into
this folder, in stored order. The result depends on nothing but the input: no clock time, no file name.

    ./make_sample.py [SOURCE_FOLDER]
"""
import gzip
import pathlib
import struct
import sys

CLASSES = 10
IMAGES_PER_CLASS = {"train": 600, "t10k": 100}


def first_of_each_class(labels, count):
    """Positions of the first `count` labels of each class, ascending."""
    taken = [0] * CLASSES
    positions = []
    for position, label in enumerate(labels):
        if taken[label] < count:
            taken[label] += 1
            positions.append(position)
    assert taken == [count] * CLASSES, taken
    return positions


def write_gzip(path, content):
    with open(path, "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=raw, mtime=0) as packed:
            packed.write(content)


def make(part, count, source, target):
    images_name, labels_name = f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"
    images = gzip.decompress((source / images_name).read_bytes())
    labels = gzip.decompress((source / labels_name).read_bytes())
    magic, total, height, width = struct.unpack_from(">IIII", images)
    assert magic == 0x803 and struct.unpack_from(">II", labels) == (0x801, total)
    size = height * width
    assert len(images) == 16 + total * size and len(labels) == 8 + total

    positions = first_of_each_class(labels[8:], count)
    write_gzip(target / images_name,
               struct.pack(">IIII", magic, len(positions), height, width)
               + b"".join(images[16 + p * size:16 + (p + 1) * size] for p in positions))
    write_gzip(target / labels_name,
               struct.pack(">II", 0x801, len(positions)) + bytes(labels[8 + p] for p in positions))


def main():
    source = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist")
    target = pathlib.Path(__file__).resolve().parent
    for part, count in IMAGES_PER_CLASS.items():
        make(part, count, source, target)


if __name__ == "__main__":
    main()
