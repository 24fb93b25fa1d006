"""Writes the images of ImageDecoderTest with Pillow, and beside each the values that Pillow reads.

python3 make.py, in this folder, with Pillow and NumPy.
"""

import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

W, H = 13, 9
random = np.random.default_rng(20)
rgb = random.integers(0, 256, (H, W, 3)).astype("uint8")
grey = rgb[:, :, 0].copy()
alpha = random.integers(0, 256, (H, W)).astype("uint8")
y, x = np.mgrid[0:H, 0:W]
smooth = np.stack([20 * x, 28 * y, 255 - 11 * (x + y)], -1).clip(0, 255).astype("uint8")


def expected(name, image=None):
    pixels = Image.open(name).convert("RGB") if image is None else image
    with open(name + ".rgb", "wb") as out:
        out.write(struct.pack(">ii", *pixels.size) + pixels.tobytes())


def save(name, image, **options):
    image.save(name, **options)
    expected(name)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, samples, bits, colour, extra=b""):
    """Of samples that Pillow does not write."""
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    with open(name, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n")
        out.write(chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, bits, colour, 0, 0, 0)))
        out.write(extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    expected(name)


def deep(samples):
    low = random.integers(0, 256, samples.shape).astype("uint16")
    return (samples.astype("uint16") * 256 + low).astype(">u2")


save("g1.png", Image.fromarray(grey).convert("1"))
save("g8.png", Image.fromarray(grey))
save("ga8.png", Image.fromarray(np.stack([grey, alpha], -1), "LA"))
save("rgb8.png", Image.fromarray(rgb))
save("rgba8.png", Image.fromarray(np.dstack([rgb, alpha]), "RGBA"))
save("g8_transparent.png", Image.fromarray(grey), transparency=int(grey[0, 0]))
palette = Image.fromarray(rgb).quantize(16)
save("palette.png", palette)
save("palette_transparent.png", palette, transparency=3)
png("g8_gamma.png", grey, 8, 0, chunk(b"gAMA", struct.pack(">I", 100000)))
png("rgb16.png", deep(rgb), 16, 2)
png("ga16.png", deep(np.stack([grey, alpha], -1)), 16, 4)
png("rgba16.png", deep(np.dstack([rgb, alpha])), 16, 6)
# Pillow cuts 16 bits of grey off at 255: the one format that is read in another way, as the others of 16 bits.
png("g16.png", deep(grey), 16, 0)
expected("g16.png", Image.fromarray(grey).convert("RGB"))

picture = Image.fromarray(smooth)
save("rgb.jpg", picture, quality=90, subsampling=0)
save("rgb_420.jpg", picture, quality=90, subsampling=2)
save("progressive.jpg", picture, quality=90, progressive=True)
save("grey.jpg", picture.convert("L"), quality=90)
save("inks.jpg", picture.convert("CMYK"), quality=90)
content = open("inks.jpg", "rb").read()
adobe = content.index(b"Adobe")
with open("ink_luminance.jpg", "wb") as out:
    out.write(content[: adobe + 11] + b"\x02" + content[adobe + 12 :])
expected("ink_luminance.jpg")
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    name = f"held_{orientation}.jpg"
    picture.save(name, quality=90, exif=exif)
    expected(name, ImageOps.exif_transpose(Image.open(name)))

save("lossless.webp", Image.fromarray(rgb), lossless=True)
save("transparent.webp", Image.fromarray(np.dstack([rgb, alpha]), "RGBA"), lossless=True, exact=True)
save("lossy.webp", picture, quality=90)
save("rgb24.bmp", Image.fromarray(rgb))
save("g8.bmp", Image.fromarray(grey))
save("g1.bmp", Image.fromarray(grey).convert("1"))

for width, height in ((4, 3), (8, 8), (13, 4), (31, 20)):
    scaled = Image.open("rgb8.png").resize((width, height), Image.Resampling.BILINEAR)
    expected(f"rgb8_{width}x{height}", scaled)
