package dev.connectome.trainer.service.image;

import dev.connectome.trainer.service.UserException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG, JPEG, WebP and BMP files as PIL's {@code Image.open(file).convert("RGB")} does. What
 * is damaged is refused, where PIL, depending on the format, fills in what is missing.
 */
public final class ImageDecoder {

  private static final int INKS = 4;

  /** Decides whether there is memory for an image. */
  public interface SizeLimit {

    /**
     * Checks the size of an image before any pixel of it is read.
     *
     * @throws UserException if it is too large
     */
    void check(int width, int height) throws UserException;
  }

  private final Path file;
  private final boolean upright;
  private final SizeLimit limit;

  private ImageDecoder(Path file, boolean upright, SizeLimit limit) {
    this.file = file;
    this.upright = upright;
    this.limit = limit;
  }

  /**
   * Reads an image.
   *
   * @param upright whether to turn it as its EXIF orientation says
   * @throws UserException if it is damaged, too large or no image
   */
  public static RgbImage read(Path file, boolean upright, SizeLimit limit) throws UserException {
    return new ImageDecoder(file, upright, limit).read();
  }

  private RgbImage read() throws UserException {
    try {
      byte[] content = Files.readAllBytes(file);
      if (begins(content, 0, "\u00ff\u00d8")) {
        return jpeg(content);
      }
      if (begins(content, 0, "\u0089PNG\r\n\u001a\n")) {
        return decoded(
            content,
            "png",
            reader -> {
              PngChunks.check(content);
              return colours(reader);
            });
      }
      if (begins(content, 0, "RIFF") && begins(content, 8, "WEBP")) {
        return decoded(WebpFile.withoutProfile(content), "webp", ImageDecoder::colours);
      }
      if (begins(content, 0, "BM")) {
        return decoded(content, "bmp", ImageDecoder::colours);
      }
    } catch (IOException e) {
      throw new UserException(
          "%s is damaged (%s); replace or remove it".formatted(file, e.getMessage()));
    }
    throw new UserException(
        "%s is not a PNG, JPEG, WebP or BMP image; replace or remove it".formatted(file));
  }

  private static boolean begins(byte[] content, int at, String magic) {
    return content.length >= at + magic.length()
        && new String(content, at, magic.length(), StandardCharsets.ISO_8859_1).equals(magic);
  }

  private RgbImage jpeg(byte[] content) throws IOException, UserException {
    JpegFile jpeg = JpegFile.of(content);
    RgbImage image =
        decoded(
            jpeg.content(),
            "jpeg",
            reader ->
                jpeg.components() < INKS
                    ? colours(reader)
                    : jpeg.inked()
                        ? Samples.ofInks(reader.readRaster(0, null))
                        : Samples.ofInkLuminance(reader.readRaster(0, null)));
    return upright ? image.turned(jpeg.orientation()) : image;
  }

  private static RgbImage colours(ImageReader reader) throws IOException {
    BufferedImage image = reader.read(0);
    return Samples.rgb(image.getRaster(), image.getColorModel());
  }

  /** How the pixels are got from a reader. */
  private interface Pixels {
    RgbImage of(ImageReader reader) throws IOException;
  }

  private RgbImage decoded(byte[] content, String format, Pixels pixels)
      throws IOException, UserException {
    ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
    List<String> warnings = new ArrayList<>();
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(content))) {
      reader.setInput(input, true, true);
      if (format.equals("jpeg")) {
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      }
      limit.check(reader.getWidth(0), reader.getHeight(0));
      RgbImage image = pixels.of(reader);
      if (!warnings.isEmpty()) {
        throw new IOException(warnings.get(0));
      }
      return image;
    } catch (RuntimeException e) {
      throw new IOException("its decoder says " + e, e);
    } finally {
      reader.dispose();
    }
  }
}
