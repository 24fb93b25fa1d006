package dev.connectome.topology.numpy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The header of an array, versions 1 to 3, as Python 2 and 3 and other programs write it.
 *
 * @param type NumPy's name of the type, for instance {@code <f4}
 * @param fortranOrder whether the first index runs fastest, not the last
 * @param shape the sizes of the dimensions; one that is too large is Long.MAX_VALUE
 */
record NumpyHeader(String type, boolean fortranOrder, List<Long> shape) {

  private static final int LONGEST = 1 << 16;
  private static final int SHOWN = 64;
  private static final int NEWEST_VERSION = 3;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern TYPE = Pattern.compile("['\"]descr['\"]\\s*:\\s*u?['\"]([^'\"]*)");
  private static final Pattern FORTRAN =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False|true|false)");
  private static final Pattern SHAPE =
      Pattern.compile("['\"]shape['\"]\\s*:\\s*[(\\[]([0-9L, ]*)[)\\]]");
  private static final Pattern SIZE = Pattern.compile("[0-9]+L?");
  private static final Pattern FLOATS = Pattern.compile("[<>=]?f[248]");

  /** Reads the header and moves the buffer to the first value. */
  static NumpyHeader read(ByteBuffer bytes) throws NumpyFormatException {
    String text;
    try {
      text = text(bytes);
    } catch (BufferUnderflowException e) {
      throw new NumpyFormatException("ends within its header: it was cut off");
    }
    return new NumpyHeader(
        field(TYPE, text),
        field(FORTRAN, text).toLowerCase(Locale.ROOT).equals("true"),
        shape(text));
  }

  private static List<Long> shape(String text) throws NumpyFormatException {
    List<String> sizes =
        Arrays.stream(field(SHAPE, text).split(","))
            .map(String::strip)
            .filter(size -> !size.isEmpty())
            .toList();
    if (!sizes.stream().allMatch(size -> SIZE.matcher(size).matches())) {
      throw unreadable(text);
    }
    return sizes.stream()
        .map(size -> size.replace("L", ""))
        .map(digits -> digits.length() > 10 ? Long.MAX_VALUE : Long.valueOf(digits))
        .toList();
  }

  private static String text(ByteBuffer bytes) throws NumpyFormatException {
    if (!bytes.hasRemaining()) {
      throw new NumpyFormatException("is empty");
    }
    var magic = new byte[MAGIC.length];
    bytes.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new NumpyFormatException("is not a .npy file: write it with numpy.save");
    }
    int version = bytes.get();
    bytes.get();
    if (version < 1 || version > NEWEST_VERSION) {
      throw new NumpyFormatException(
          "is of version %d of the .npy format, and 1 to %d can be read: write it with numpy.save"
              .formatted(Byte.toUnsignedInt((byte) version), NEWEST_VERSION));
    }
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    long length = version == 1 ? Short.toUnsignedInt(bytes.getShort()) : bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    if (length > LONGEST) {
      throw new NumpyFormatException(
          "has a header of %d bytes, which no matrix needs".formatted(length));
    }
    var header = new byte[(int) length];
    bytes.get(header);
    return new String(header, StandardCharsets.UTF_8);
  }

  private static String field(Pattern pattern, String text) throws NumpyFormatException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw unreadable(text);
    }
    return matcher.group(1);
  }

  private static NumpyFormatException unreadable(String text) {
    String begin = text.strip();
    return new NumpyFormatException(
        "has a header that cannot be parsed: "
            + begin.substring(0, Math.min(SHOWN, begin.length())));
  }

  boolean isFloat() {
    return FLOATS.matcher(type).matches();
  }

  /** Of floating-point numbers: 2, 4 or 8. */
  int bytesPerValue() {
    return type.charAt(type.length() - 1) - '0';
  }

  ByteOrder order() {
    return switch (type.charAt(0)) {
      case '<' -> ByteOrder.LITTLE_ENDIAN;
      case '>' -> ByteOrder.BIG_ENDIAN;
      default -> ByteOrder.nativeOrder();
    };
  }

  /** How many bytes all values take. */
  double bytes() {
    return shape.stream().mapToDouble(Long::doubleValue).reduce(bytesPerValue(), (a, b) -> a * b);
  }

  /** The type and the sizes, for people. */
  @Override
  public String toString() {
    return shape.stream().map(String::valueOf).collect(Collectors.joining(" x ", type + " ", ""));
  }
}
