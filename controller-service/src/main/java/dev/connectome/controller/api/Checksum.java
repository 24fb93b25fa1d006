package dev.connectome.controller.api;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32C;

/** Tells messages of the same type apart, whatever the order of their maps. */
final class Checksum {

  private Checksum() {}

  static String of(Message message) {
    var bytes = new ByteArrayOutputStream();
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var checksum = new CRC32C();
    checksum.update(bytes.toByteArray());
    return "%08x%x".formatted(checksum.getValue(), bytes.size());
  }
}
