package dev.connectome.trainer.service.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/**
 * DJL's format of an array, read into and written from the engine's memory. DJL itself takes the
 * bytes through the heap, and its native code ends the process where the heap is too small.
 */
final class ArrayFormat {

  private static final String MAGIC = "NDAR";
  private static final int VERSION = 3;
  private static final int PIECE_BYTES = 4 << 20;

  private ArrayFormat() {}

  static long bytes(NDArray array) {
    return array.size() * array.getDataType().getNumOfBytes();
  }

  static void write(NDArray array, WritableByteChannel out) throws IOException {
    out.write(ByteBuffer.wrap(header(array)));
    NDArray here = array.getDevice().isGpu() ? array.toDevice(Device.cpu(), false) : array;
    try {
      ByteBuffer data = here.toByteBuffer(true);
      for (int from = 0; from < data.limit(); from += PIECE_BYTES) {
        out.write(data.slice(from, Math.min(PIECE_BYTES, data.limit() - from)));
      }
    } finally {
      if (here != array) {
        here.close();
      }
    }
  }

  private static byte[] header(NDArray array) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.writeUTF(MAGIC);
    out.writeInt(VERSION);
    String name = array.getName();
    out.writeBoolean(name != null);
    if (name != null) {
      out.writeUTF(name);
    }
    out.writeUTF(array.getSparseFormat().name());
    out.writeUTF(array.getDataType().name());
    out.write(array.getShape().getEncoded());
    out.write(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? '>' : '<');
    out.writeInt(Math.toIntExact(bytes(array)));
    return bytes.toByteArray();
  }

  /**
   * Reads an array.
   *
   * @throws IOException if it ends early, or was written by another machine or a later DJL
   */
  static NDArray read(NDManager manager, DataInputStream in) throws IOException {
    if (!in.readUTF().equals(MAGIC)) {
      throw new IOException("no array begins where one should");
    }
    int version = in.readInt();
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "an array has format %d, at most %d is known".formatted(version, VERSION));
    }
    String name = version > 1 && in.readBoolean() ? in.readUTF() : null;
    in.readUTF();
    DataType type = DataType.valueOf(in.readUTF());
    Shape shape = Shape.decode(in);
    boolean bigEndian = version > 2 && in.readByte() == '>';
    if (bigEndian != (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) && version > 2) {
      throw new IOException("an array was written by a machine of the other byte order");
    }
    int length = in.readInt();
    if (length != shape.size() * type.getNumOfBytes()) {
      throw new IOException("an array of shape %s has %d bytes".formatted(shape, length));
    }
    NDArray array = manager.create(shape, type, Device.cpu());
    fill(array.toByteBuffer(true), in);
    Device device = manager.getDevice();
    if (device.isGpu()) {
      try (NDArray read = array) {
        array = read.toDevice(device, false);
      }
    }
    array.setName(name);
    return array;
  }

  private static void fill(ByteBuffer data, DataInputStream in) throws IOException {
    var piece = new byte[Math.min(PIECE_BYTES, data.limit())];
    while (data.hasRemaining()) {
      int bytes = Math.min(piece.length, data.remaining());
      in.readFully(piece, 0, bytes);
      data.put(piece, 0, bytes);
    }
  }
}
