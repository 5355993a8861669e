#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""png.py FILE: how bright the picture is on average, 0 to 255, and how many colours it has"""
import struct
import sys
import zlib


def chunks(data):
    at = 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at:at + 4])
        yield data[at + 4:at + 8], data[at + 8:at + 8 + length]
        at += 12 + length


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def unfilter(kind, line, above, step):
    for i in range(len(line)):
        a = line[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        line[i] = line[i] + (0, a, b, (a + b) // 2, paeth(a, b, c))[kind] & 255


with open(sys.argv[1], "rb") as f:
    parts = list(chunks(f.read()))
width, height, depth, colour = struct.unpack(">IIBB", parts[0][1][:10])
step = {2: 3, 6: 4}[colour]
assert depth == 8
raw = zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT"))
above, total, colours = bytearray(width * step), 0, set()
for y in range(height):
    at = y * (width * step + 1)
    line = bytearray(raw[at + 1:at + 1 + width * step])
    if raw[at]:
        unfilter(raw[at], line, above, step)
    pixels = [bytes(line[x:x + 3]) for x in range(0, len(line), step)]
    total += sum(map(sum, pixels))
    colours.update(pixels)
    above = line
print(total // (3 * width * height), len(colours))
