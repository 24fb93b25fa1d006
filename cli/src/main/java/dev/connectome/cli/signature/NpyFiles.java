package dev.connectome.cli.signature;

import dev.connectome.cli.CommandFailure;
import dev.connectome.platform.IoMessages;
import dev.connectome.topology.ActivationMatrix;
import dev.connectome.topology.FunctionalConnectome;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads activations from NumPy files, and writes sets and connectomes to them. */
final class NpyFiles {
  /** The values begin at a multiple of this. */
  private static final int ALIGNMENT = 64;

  /** Length of the magic number, the version and the size of the header. */
  private static final int PREAMBLE = 10;

  private NpyFiles() {}

  /**
   * Reads an N × P matrix of float32 or float64, rows or columns first.
   *
   * @throws CommandFailure that names the file and what is wrong with it
   */
  static ActivationMatrix read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size > Integer.MAX_VALUE) {
        throw NpyHeader.malformed(file, "is larger than 2 GiB, the most that can be read");
      }
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      NpyHeader header = NpyHeader.read(file, bytes);
      check(file, header, bytes.remaining());
      return matrix(header, bytes.slice().order(header.order()));
    } catch (IOException e) {
      throw CommandFailure.badInput("cannot read the snapshot: " + IoMessages.of(e));
    }
  }

  private static void check(Path file, NpyHeader header, int remaining) {
    if (header.rows() < 1) {
      throw NpyHeader.malformed(file, "has 0 rows: a snapshot needs 1 sample or more");
    }
    if (header.columns() < 2) {
      throw NpyHeader.malformed(
          file, "has " + header.columns() + " columns: a connectome needs 2 neurons or more");
    }
    double expected = (double) header.rows() * header.columns() * header.bytesPerValue();
    if (remaining != expected) {
      throw NpyHeader.malformed(
          file,
          "should have %d x %d values, %.0f bytes, but has %d bytes: it was cut off or damaged"
              .formatted(header.rows(), header.columns(), expected, remaining));
    }
    // Two connectomes and two death sets.
    long needed = 4 * Float.BYTES * header.columns() * header.columns() / 2;
    if (needed > Runtime.getRuntime().maxMemory() / 10 * 9) {
      throw NpyHeader.malformed(
          file,
          "has %d columns, which need about %d MiB of heap: set CONNECTOME_HEAP=%dm and try again"
              .formatted(header.columns(), needed >> 20, (needed / 3 * 4) >> 20));
    }
  }

  private static ActivationMatrix matrix(NpyHeader header, ByteBuffer values) {
    int samples = (int) header.rows();
    int neurons = (int) header.columns();
    ActivationMatrix matrix = ActivationMatrix.allocate(samples, neurons);
    ByteBuffer row = ByteBuffer.allocate(neurons * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int sample = 0; sample < samples; sample++) {
      row.clear();
      for (int neuron = 0; neuron < neurons; neuron++) {
        int index = header.fortranOrder() ? neuron * samples + sample : sample * neurons + neuron;
        row.putFloat(
            header.bytesPerValue() == Float.BYTES
                ? values.getFloat(index * Float.BYTES)
                : (float) values.getDouble(index * Double.BYTES));
      }
      matrix.putRows(sample, 1, row.flip());
    }
    return matrix;
  }

  static void write(Path file, float[] values) throws IOException {
    try (DataOutputStream out = open(file, "(" + values.length + ",)")) {
      writeValues(out, values);
    }
  }

  /** Writes the full P × P matrix of weights, with 0 on the diagonal. */
  static void write(Path file, FunctionalConnectome connectome) throws IOException {
    int neurons = connectome.neurons();
    try (DataOutputStream out = open(file, "(" + neurons + ", " + neurons + ")")) {
      var row = new float[neurons];
      for (int i = 0; i < neurons; i++) {
        for (int j = 0; j < neurons; j++) {
          row[j] = connectome.weight(i, j);
        }
        writeValues(out, row);
      }
    }
  }

  private static DataOutputStream open(Path file, String shape) throws IOException {
    String fields = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
    int unpadded = PREAMBLE + fields.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    String header = fields + " ".repeat(padding) + "\n";
    var out = new DataOutputStream(Files.newOutputStream(file));
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.writeShort(Short.reverseBytes((short) header.length()));
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    return out;
  }

  private static void writeValues(DataOutputStream out, float[] values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }
}
