package dev.connectome.topology.numpy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A file that {@code numpy.save}, {@code savez} or {@code savez_compressed} has written. */
public final class NumpyFile {

  /** The values begin at a multiple of this. */
  private static final int ALIGNMENT = 64;

  /** Length of the magic number, the version and the size of the header. */
  private static final int PREAMBLE = 10;

  private static final int ZIP = 0x504b0304;
  private static final String SUFFIX = ".npy";

  private NumpyFile() {}

  /**
   * Reads the arrays of activations in a file. Of an archive, arrays of other types and dimensions
   * are left out, unless there is no other.
   *
   * @param content the file, from the position on; the values are not copied
   * @param most the most bytes that an archive may unpack to
   * @return one array or more, in the order of the file
   * @throws NumpyFormatException if it is no such file, or is damaged
   */
  public static List<NumpyArray> read(ByteBuffer content, long most) throws NumpyFormatException {
    ByteBuffer bytes = content.slice();
    boolean archive = bytes.remaining() >= 4 && bytes.order(ByteOrder.BIG_ENDIAN).getInt(0) == ZIP;
    return archive ? unpacked(bytes, most) : saved(bytes);
  }

  /** Arrays that were saved to one file, one after the other. */
  private static List<NumpyArray> saved(ByteBuffer bytes) throws NumpyFormatException {
    List<NumpyArray> arrays = new ArrayList<>();
    do {
      NumpyHeader header = header(bytes);
      int length = (int) header.bytes();
      String name = arrays.isEmpty() && bytes.remaining() == length ? "" : "" + arrays.size();
      arrays.add(new NumpyArray(name, header, bytes.slice(bytes.position(), length)));
      bytes.position(bytes.position() + length);
    } while (bytes.hasRemaining());
    return arrays;
  }

  /** The header of an array whose values are all there. */
  private static NumpyHeader header(ByteBuffer bytes) throws NumpyFormatException {
    NumpyHeader header = NumpyHeader.read(bytes);
    if (!header.isFloat()) {
      throw new NumpyFormatException(
          "holds values of type '%s': float16, float32 or float64 expected ('<f2', '<f4', '<f8')"
              .formatted(header.type()));
    }
    if (header.bytes() > bytes.remaining()) {
      throw new NumpyFormatException(
          "should have %s values, %.0f bytes, but has %d bytes: it was cut off or damaged"
              .formatted(header, header.bytes(), bytes.remaining()));
    }
    return header;
  }

  private static List<NumpyArray> unpacked(ByteBuffer bytes, long most)
      throws NumpyFormatException {
    var file = new byte[bytes.remaining()];
    bytes.get(file);
    List<NumpyArray> arrays = new ArrayList<>();
    Map<String, String> others = new LinkedHashMap<>();
    long left = most;
    try (var archive = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry; (entry = archive.getNextEntry()) != null; ) {
        byte[] content = archive.readNBytes((int) Math.min(left, Integer.MAX_VALUE - 8));
        left -= content.length;
        if (archive.read() >= 0) {
          throw new NumpyFormatException(
              "unpacks to more than %d MiB, the most there is memory for".formatted(most >> 20));
        }
        String name = entry.getName();
        String plain =
            name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
        add(plain, ByteBuffer.wrap(content), arrays, others);
      }
    } catch (IOException e) {
      throw new NumpyFormatException("is a damaged .npz file (%s)".formatted(e.getMessage()));
    }
    if (arrays.isEmpty()) {
      throw new NumpyFormatException(
          others.isEmpty()
              ? "is a .npz file without arrays"
              : "has no array of activations: " + String.join("; ", others.values()));
    }
    return arrays;
  }

  private static void add(
      String name, ByteBuffer content, List<NumpyArray> arrays, Map<String, String> others) {
    try {
      NumpyHeader header = header(content);
      if (header.bytes() < content.remaining()) {
        throw new NumpyFormatException("goes on after its values");
      }
      arrays.add(new NumpyArray(name, header, content));
    } catch (NumpyFormatException e) {
      others.put(name, name + " " + e.getMessage());
    }
  }

  /**
   * Writes a file of float32.
   *
   * @param out where to; stays open
   * @param rows the values, row by row
   * @param shape the sizes of one or two dimensions
   * @throws IOException if it cannot be written
   */
  public static void write(OutputStream out, Iterable<float[]> rows, int... shape)
      throws IOException {
    String sizes =
        Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "))
            + (shape.length == 1 ? "," : "");
    String fields = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }";
    int unpadded = PREAMBLE + fields.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    String header = fields + " ".repeat(padding) + "\n";
    ByteBuffer begin =
        ByteBuffer.allocate(PREAMBLE + header.length()).order(ByteOrder.LITTLE_ENDIAN);
    begin.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    begin.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    out.write(begin.array());
    for (float[] row : rows) {
      ByteBuffer bytes =
          ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(row);
      out.write(bytes.array());
    }
  }
}
