package dev.connectome.trainer.service.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.trainer.service.UserException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the values that Pillow reads; {@code images/make.py} wrote both. */
class ImageDecoderTest {

  private static final Path IMAGES = Path.of("src/test/resources/images");

  @TempDir Path folder;

  private static RgbImage expected(String name) throws IOException {
    ByteBuffer values = ByteBuffer.wrap(Files.readAllBytes(IMAGES.resolve(name + ".rgb")));
    int width = values.getInt();
    int height = values.getInt();
    var pixels = new byte[values.remaining()];
    values.get(pixels);
    return new RgbImage(width, height, pixels);
  }

  private static RgbImage read(Path file, boolean upright) throws UserException {
    return ImageDecoder.read(file, upright, (width, height) -> {});
  }

  private RgbImage read(byte[] content) throws IOException, UserException {
    return read(Files.write(folder.resolve("image"), content), false);
  }

  private static void assertSame(RgbImage read, RgbImage expected) {
    assertThat(read.width()).isEqualTo(expected.width());
    assertThat(read.height()).isEqualTo(expected.height());
    assertThat(read.pixels()).isEqualTo(expected.pixels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "g1.png",
        "g8.png",
        "ga8.png",
        "rgb8.png",
        "rgba8.png",
        "g8_transparent.png",
        "palette.png",
        "palette_transparent.png",
        "g8_gamma.png",
        "g16.png",
        "rgb16.png",
        "ga16.png",
        "rgba16.png",
        "rgb.jpg",
        "rgb_420.jpg",
        "progressive.jpg",
        "grey.jpg",
        "inks.jpg",
        "ink_luminance.jpg",
        "lossless.webp",
        "transparent.webp",
        "rgb24.bmp",
        "g8.bmp",
        "g1.bmp"
      })
  void everyKindOfImageHasTheValuesThatPillowReads(String name) throws Exception {
    assertSame(read(IMAGES.resolve(name), false), expected(name));
  }

  @Test
  void aLossyWebpFileDiffersFromPillowsByTheSmoothingOfItsColoursOnly() throws Exception {
    byte[] read = read(IMAGES.resolve("lossy.webp"), false).pixels();
    byte[] expected = expected("lossy.webp").pixels();

    for (int i = 0; i < read.length; i += RgbImage.CHANNELS) {
      assertThat(brightness(read, i)).isCloseTo(brightness(expected, i), within(2.0));
    }
  }

  private static double brightness(byte[] pixels, int at) {
    return 0.299 * (pixels[at] & 0xff)
        + 0.587 * (pixels[at + 1] & 0xff)
        + 0.114 * (pixels[at + 2] & 0xff);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void photographsAreTurnedWhereThatIsAskedForAndLeftElsewhere(int orientation) throws Exception {
    String name = "held_%d.jpg".formatted(orientation);

    assertSame(read(IMAGES.resolve(name), true), expected(name));
    assertSame(read(IMAGES.resolve(name), false), expected("held_1.jpg"));
  }

  @ParameterizedTest
  @CsvSource({"4, 3", "8, 8", "13, 4", "31, 20"})
  void scalingGivesTheValuesThatPillowGives(int width, int height) throws Exception {
    RgbImage scaled = read(IMAGES.resolve("rgb8.png"), false).scaled(width, height);

    assertSame(scaled, expected("rgb8_%dx%d".formatted(width, height)));
  }

  @Test
  void stripesThatAreScaledDownAreAnEvenGreyWhereverTheyBegin() {
    for (int phase = 0; phase < 8; phase++) {
      var pixels = new byte[256 * 256 * RgbImage.CHANNELS];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) (i / RgbImage.CHANNELS % 8 == phase ? 255 : 0);
      }

      RgbImage scaled = new RgbImage(256, 256, pixels).scaled(32, 32);

      int inner = RgbImage.CHANNELS;
      for (byte value : Arrays.copyOfRange(scaled.pixels(), inner, 31 * RgbImage.CHANNELS)) {
        assertThat(value & 0xff).isBetween(30, 34);
      }
    }
  }

  /** Puts a colour profile into a JPEG file. */
  private static byte[] withProfile(byte[] jpeg, byte[] profile) {
    var out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    byte[] name = "ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1);
    int length = 2 + name.length + profile.length;
    out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xe2, (byte) (length >> 8), (byte) length});
    out.writeBytes(name);
    out.writeBytes(profile);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  @Test
  void aColourProfileWhollyOrHalfThereChangesNoValue() throws Exception {
    byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    byte[] grey = ICC_Profile.getInstance(ColorSpace.CS_GRAY).getData();
    for (String name : new String[] {"rgb.jpg", "grey.jpg", "inks.jpg"}) {
      byte[] jpeg = Files.readAllBytes(IMAGES.resolve(name));
      for (byte[] profile : new byte[][] {linear, grey, Arrays.copyOf(linear, 40), {}}) {
        assertSame(read(withProfile(jpeg, profile)), expected(name));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb8.png", "rgb.jpg", "progressive.jpg", "lossless.webp", "rgb24.bmp"})
  void aTruncatedImageIsRefusedByName(String name) throws Exception {
    byte[] whole = Files.readAllBytes(IMAGES.resolve(name));
    for (int length : new int[] {whole.length / 3, whole.length / 2, whole.length - 2}) {
      assertThatThrownBy(() -> read(Arrays.copyOf(whole, length)))
          .as("%s of %d bytes", name, length)
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(folder.resolve("image") + " is damaged (")
          .hasMessageEndingWith("; replace or remove it");
    }
  }

  @Test
  void aChangedByteInAPngIsRefused() throws Exception {
    byte[] whole = Files.readAllBytes(IMAGES.resolve("rgb8.png"));
    for (int at = 16; at < whole.length - 4; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 4;
      assertThatThrownBy(() -> read(changed)).isInstanceOf(UserException.class);
    }
  }

  @Test
  void aJpegWhoseScanDoesNotDecodeIsRefused() throws Exception {
    byte[] whole = Files.readAllBytes(IMAGES.resolve("rgb.jpg"));
    byte[] longer = Arrays.copyOf(whole, whole.length + 100);
    new Random(1).nextBytes(longer);
    System.arraycopy(whole, 0, longer, 0, whole.length - 2);
    Arrays.fill(longer, whole.length - 2, longer.length - 2, (byte) 0x55);
    longer[longer.length - 2] = (byte) 0xff;
    longer[longer.length - 1] = (byte) 0xd9;

    assertThatThrownBy(() -> read(longer))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("extraneous bytes");
  }

  /** Whatever is changed, the trainer goes on or says which file is damaged. */
  @ParameterizedTest
  @ValueSource(
      strings = {"rgb_420.jpg", "inks.jpg", "held_6.jpg", "palette.png", "lossy.webp", "g8.bmp"})
  void aDamagedImageIsReadOrRefusedAndNothingElse(String name) throws Exception {
    byte[] whole = Files.readAllBytes(IMAGES.resolve(name));
    Path file = folder.resolve("image");
    var random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] changed = whole.clone();
      for (int k = 0; k <= i % 4; k++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      Files.write(file, changed);
      try {
        ImageDecoder.read(
            file,
            true,
            (width, height) -> {
              if ((long) width * height > 1_000_000) {
                throw new UserException("too large");
              }
            });
      } catch (UserException e) {
        assertThat(e).hasMessageMatching("(?s)too large|.* is (damaged|not a) .*");
      }
    }
  }
}
