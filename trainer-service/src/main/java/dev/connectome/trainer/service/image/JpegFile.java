package dev.connectome.trainer.service.image;

import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A JPEG file reduced to what decides the values of its pixels: without colour profiles, previews
 * and descriptions, which are often damaged and which PIL does not look at either.
 *
 * @param content a JPEG file
 * @param components 1 for grey, 3 for colour, 4 for the inks of a printer
 * @param inked whether four components are the inks themselves, and not their luminance and chroma
 */
@SuppressWarnings("ArrayRecordComponent")
record JpegFile(byte[] content, int components, boolean inked, Optional<byte[]> exif) {

  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final int APP15 = 0xef;
  private static final int COMMENT = 0xfe;
  private static final int SCAN = 0xda;
  private static final int LUMINANCE_AND_INKS = 2;
  private static final String JFIF = "JFIF\0";
  private static final String EXIF = "Exif\0\0";
  private static final String ADOBE = "Adobe";

  /** Says that three components are luminance and chroma. */
  private static final byte[] JFIF_SEGMENT = {
    (byte) 0xff, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  /**
   * Reads the segments before the first scan.
   *
   * @throws IOException if they are damaged
   */
  static JpegFile of(byte[] file) throws IOException {
    var kept = new ByteArrayOutputStream(file.length);
    boolean jfif = false;
    byte[] adobe = {};
    byte[] frame = {};
    Optional<byte[]> exif = Optional.empty();
    int at = 2;
    while (marker(file, at) != SCAN) {
      int marker = marker(file, at);
      byte[] segment = segment(file, at);
      if (marker == APP0) {
        jfif |= begins(segment, JFIF);
      } else if (marker == APP1 && begins(segment, EXIF)) {
        exif = Optional.of(Arrays.copyOfRange(segment, 4 + EXIF.length(), segment.length));
      } else if (marker == APP14 && begins(segment, ADOBE)) {
        adobe = segment;
      }
      if (marker < APP0 || (marker > APP15 && marker != COMMENT)) {
        kept.writeBytes(segment);
      }
      if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
        frame = segment;
      }
      at += segment.length;
      while (at + 1 < file.length && file[at] == (byte) 0xff && file[at + 1] == (byte) 0xff) {
        at++;
      }
    }
    if (frame.length < 10) {
      throw new IOException("it has no size");
    }
    int components = frame[9];
    var content = new ByteArrayOutputStream(file.length);
    content.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd8});
    boolean byAdobe = adobe.length > 0 && !(jfif && components == RgbImage.CHANNELS);
    if (byAdobe) {
      content.writeBytes(adobe);
    } else if (jfif || !isRgb(frame)) {
      content.writeBytes(JFIF_SEGMENT);
    }
    content.writeBytes(kept.toByteArray());
    content.write(file, at, file.length - at);
    boolean inked = adobe.length < 16 || adobe[15] != LUMINANCE_AND_INKS;
    return new JpegFile(content.toByteArray(), components, inked, exif);
  }

  private static int marker(byte[] file, int at) throws IOException {
    if (at + 4 > file.length) {
      throw new IOException("it ends before its pixels");
    }
    if (file[at] != (byte) 0xff) {
      throw new IOException("it has no marker at byte " + at);
    }
    return file[at + 1] & 0xff;
  }

  private static byte[] segment(byte[] file, int at) throws IOException {
    int length = ByteBuffer.wrap(file, at + 2, 2).getShort() & 0xffff;
    if (length < 2 || at + 2 + length > file.length) {
      throw new IOException("it ends before its pixels");
    }
    return Arrays.copyOfRange(file, at, at + 2 + length);
  }

  private static boolean begins(byte[] segment, String name) {
    byte[] wanted = name.getBytes(StandardCharsets.ISO_8859_1);
    return segment.length >= 4 + wanted.length
        && Arrays.equals(segment, 4, 4 + wanted.length, wanted, 0, wanted.length);
  }

  /** Whether the components have the letters R, G and B as their numbers. */
  private static boolean isRgb(byte[] frame) {
    return frame[9] == RgbImage.CHANNELS
        && frame.length >= 19
        && frame[10] == 'R'
        && frame[13] == 'G'
        && frame[16] == 'B';
  }

  /** How the camera was held, 1 to 8 as EXIF numbers them; 1 where the file does not say. */
  int orientation() {
    if (exif.isEmpty()) {
      return 1;
    }
    try (var input = new MemoryCacheImageInputStream(new ByteArrayInputStream(exif.get()))) {
      Directory tags = new TIFFReader().read(input);
      Entry entry = tags.getEntryById(TIFF.TAG_ORIENTATION);
      int value =
          entry != null && entry.getValue() instanceof Number number ? number.intValue() : 1;
      return value >= 1 && value <= 8 ? value : 1;
    } catch (IOException | RuntimeException e) {
      return 1;
    }
  }
}
