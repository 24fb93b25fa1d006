package dev.connectome.cli.signature;

import dev.connectome.cli.CommandFailure;
import dev.connectome.cli.Printable;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a NumPy file, versions 1 to 3, that holds a matrix of floating-point numbers.
 *
 * @param bytesPerValue 4 or 8
 * @param fortranOrder whether columns follow one another, not rows
 */
record NpyHeader(
    int bytesPerValue, ByteOrder order, boolean fortranOrder, long rows, long columns) {

  private static final int LONGEST = 1 << 16;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");
  private static final Pattern FLOATS = Pattern.compile("[<>]f[48]");

  /**
   * Reads the header and moves the buffer to the first value.
   *
   * @throws CommandFailure that names the file and what is wrong with it
   */
  static NpyHeader read(Path file, ByteBuffer bytes) {
    String text;
    try {
      text = text(file, bytes);
    } catch (BufferUnderflowException e) {
      throw malformed(file, "ends within its header: it was cut off");
    }
    String type = field(TYPE, text, file);
    if (!FLOATS.matcher(type).matches()) {
      throw malformed(
          file, "holds values of type '" + type + "': float32 ('<f4') or float64 ('<f8') expected");
    }
    List<Long> shape =
        Arrays.stream(field(SHAPE, text, file).split(","))
            .map(String::strip)
            .filter(size -> !size.isEmpty())
            .map(size -> size(size, text, file))
            .toList();
    if (shape.size() != 2) {
      throw malformed(
          file,
          "has %d dimensions: a matrix is expected, a row per sample and a column per neuron"
              .formatted(shape.size()));
    }
    return new NpyHeader(
        type.charAt(2) - '0',
        type.charAt(0) == '<' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN,
        field(FORTRAN, text, file).equals("True"),
        shape.get(0),
        shape.get(1));
  }

  private static String text(Path file, ByteBuffer bytes) {
    if (!bytes.hasRemaining()) {
      throw malformed(file, "is empty");
    }
    var magic = new byte[MAGIC.length];
    bytes.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw malformed(file, "is not a .npy file: write it with numpy.save");
    }
    int version = bytes.get();
    bytes.get();
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    long length = version == 1 ? Short.toUnsignedInt(bytes.getShort()) : bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    if (length > LONGEST) {
      throw malformed(file, "has a header of %d bytes, which no matrix needs".formatted(length));
    }
    var header = new byte[(int) length];
    bytes.get(header);
    return new String(header, StandardCharsets.UTF_8);
  }

  private static long size(String digits, String text, Path file) {
    if (digits.indexOf(' ') >= 0) {
      throw unreadable(text, file);
    }
    return digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
  }

  private static CommandFailure unreadable(String text, Path file) {
    return malformed(
        file,
        "has a header that cannot be parsed: "
            + Printable.text(text.strip().substring(0, Math.min(64, text.strip().length()))));
  }

  private static String field(Pattern pattern, String text, Path file) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw unreadable(text, file);
    }
    return matcher.group(1);
  }

  static CommandFailure malformed(Path file, String problem) {
    return CommandFailure.badInput(file + " " + problem + ".");
  }
}
