package dev.connectome.signature.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.connectome.signature.codec.RecordLimits;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * As much of a record as a topic takes whatever the record's size. A broker limits the size of
 * compressed batches, so that a record may be far larger than the topic it was read from admits.
 */
record Excerpt(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {

  private static final int LENGTHS_BYTES = 12;
  private static final int MAX_KEY_BYTES = 8_192;
  private static final int MAX_HEADER_BYTES = 8_192;
  private static final int VALUE_BYTES = 64 * 1_024;
  private static final int MAX_HEADERS_BYTES = 256 * 1_024;

  /**
   * The whole record if it is of a usual size. Of a larger value the first 64 KiB, of a larger key
   * the first 8 KiB, with the true size in a header; headers above 8 KiB, and those after the first
   * 256 KiB of all, are left out and counted in another.
   */
  static Excerpt of(Record<byte[], byte[]> record) {
    Headers kept = new RecordHeaders();
    int omitted = 0;
    long bytes = 0;
    for (Header header : record.headers()) {
      if (isSmall(header) && bytes + size(header) <= MAX_HEADERS_BYTES) {
        kept.add(header);
        bytes += size(header);
      } else {
        omitted++;
      }
    }
    if (omitted > 0) {
      put(kept, "connectome-headers-omitted", omitted);
    }
    return new Excerpt(
        cut(record.key(), MAX_KEY_BYTES, MAX_KEY_BYTES, "connectome-key-bytes", kept),
        cut(
            record.value(),
            RecordLimits.MAX_RECORD_BYTES,
            VALUE_BYTES,
            "connectome-value-bytes",
            kept),
        kept);
  }

  static boolean isSmall(Header header) {
    return size(header) <= MAX_HEADER_BYTES;
  }

  /** At most, as it is sent: a name in UTF-8, a value, and their lengths. */
  private static long size(Header header) {
    int value = header.value() == null ? 0 : header.value().length;
    return LENGTHS_BYTES + 3L * header.key().length() + value;
  }

  private static byte @Nullable [] cut(
      byte @Nullable [] bytes, int limit, int length, String name, Headers headers) {
    if (bytes == null || bytes.length <= limit) {
      return bytes;
    }
    put(headers, name, bytes.length);
    return Arrays.copyOf(bytes, length);
  }

  private static void put(Headers headers, String name, int value) {
    headers.remove(name).add(name, Integer.toString(value).getBytes(UTF_8));
  }
}
