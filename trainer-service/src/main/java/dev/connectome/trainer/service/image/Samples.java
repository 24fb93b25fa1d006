package dev.connectome.trainer.service.image;

import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * What the samples of a decoded image are in colour. Colour profiles and transparency are left out
 * of account, as PIL does. Of samples of two bytes the higher one counts.
 */
final class Samples {

  private static final int BYTE = 8;
  private static final int INKS = 4;

  private Samples() {}

  /** One value a pixel of a sample. */
  private interface Channel {
    int of(int[] samples, int first);
  }

  static RgbImage rgb(Raster raster, ColorModel colours) {
    if (colours instanceof IndexColorModel palette) {
      return map(
          raster,
          (samples, at) -> palette.getRed(samples[at]),
          (samples, at) -> palette.getGreen(samples[at]),
          (samples, at) -> palette.getBlue(samples[at]));
    }
    int next = raster.getNumBands() < RgbImage.CHANNELS ? 0 : 1;
    return map(
        raster,
        (samples, at) -> toByte(samples[at], colours.getComponentSize(0)),
        (samples, at) -> toByte(samples[at + next], colours.getComponentSize(next)),
        (samples, at) -> toByte(samples[at + 2 * next], colours.getComponentSize(2 * next)));
  }

  private static int toByte(int sample, int bits) {
    return bits == BYTE
        ? sample
        : bits > BYTE ? sample >> (bits - BYTE) : sample * 255 / ((1 << bits) - 1);
  }

  /** Of four inks, inverted as Adobe's programs write them. */
  static RgbImage ofInks(Raster raster) {
    return map(
        raster,
        (samples, at) -> light(255 - samples[at], samples[at + 3]),
        (samples, at) -> light(255 - samples[at + 1], samples[at + 3]),
        (samples, at) -> light(255 - samples[at + 2], samples[at + 3]));
  }

  /** Of the luminance and chroma of inks, and black. */
  static RgbImage ofInkLuminance(Raster raster) {
    return map(
        raster,
        (samples, at) -> light(clip(samples[at] + red(samples, at)), samples[at + 3]),
        (samples, at) -> light(clip(samples[at] + green(samples, at)), samples[at + 3]),
        (samples, at) -> light(clip(samples[at] + blue(samples, at)), samples[at + 3]));
  }

  private static int red(int[] samples, int at) {
    return (91_881 * (samples[at + 2] - 128) + 32_768) >> 16;
  }

  private static int green(int[] samples, int at) {
    return (-46_802 * (samples[at + 2] - 128) - 22_553 * (samples[at + 1] - 128) + 32_768) >> 16;
  }

  private static int blue(int[] samples, int at) {
    return (116_130 * (samples[at + 1] - 128) + 32_768) >> 16;
  }

  private static int clip(int value) {
    return Math.min(255, Math.max(0, value));
  }

  /** What an ink leaves of the white of the paper, where black leaves so much. */
  private static int light(int ink, int left) {
    int product = ink * left + 128;
    return clip(left - ((product + (product >> BYTE)) >> BYTE));
  }

  private static RgbImage map(Raster raster, Channel red, Channel green, Channel blue) {
    int width = raster.getWidth();
    int bands = Math.min(INKS, raster.getNumBands());
    var pixels = new byte[Math.multiplyExact(width * RgbImage.CHANNELS, raster.getHeight())];
    var row = new int[width * raster.getNumBands()];
    int target = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int at = x * bands;
        pixels[target++] = (byte) red.of(row, at);
        pixels[target++] = (byte) green.of(row, at);
        pixels[target++] = (byte) blue.of(row, at);
      }
    }
    return new RgbImage(width, raster.getHeight(), pixels);
  }
}
