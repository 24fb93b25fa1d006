package dev.connectome.controller.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunRow;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;

/**
 * The page tokens of a list call, which say behind what the next page begins. Opaque to callers,
 * and of use only with the request that they continue: each carries a checksum of its other fields.
 */
final class PageTokens {

  private static final int MAX_PAGE_SIZE = 1_000;
  private static final Instant FIRST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

  private final String request;
  private final String token;

  private PageTokens(String request, String token) {
    this.request = request;
    this.token = token;
  }

  /** The token of a request, which has the fields page_size and page_token. */
  static PageTokens of(Message request) {
    FieldDescriptor token = request.getDescriptorForType().findFieldByName("page_token");
    FieldDescriptor size = request.getDescriptorForType().findFieldByName("page_size");
    Message rest = request.toBuilder().clearField(token).clearField(size).build();
    return new PageTokens(Checksum.of(rest), (String) request.getField(token));
  }

  static int pageSize(int asked, int standard) {
    return asked == 0 ? standard : Math.min(asked, MAX_PAGE_SIZE);
  }

  String after(RunRow last) {
    return encode(last.createTime() + " " + last.uid());
  }

  Optional<RunList.Place> place() {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    try {
      String[] parts = decode().split(" ", 2);
      Instant time = Instant.parse(parts[0]);
      if (time.isBefore(FIRST) || time.isAfter(LAST)) {
        throw invalid();
      }
      return Optional.of(new RunList.Place(time, UUID.fromString(parts[1])));
    } catch (RuntimeException e) {
      throw invalid();
    }
  }

  String after(long... numbers) {
    return encode(
        String.join(" ", LongStream.of(numbers).mapToObj(Long::toString).toArray(String[]::new)));
  }

  /** The numbers of the token; zeros for none. */
  long[] numbers(int count) {
    if (token.isEmpty()) {
      return new long[count];
    }
    try {
      long[] numbers = Arrays.stream(decode().split(" ", -1)).mapToLong(Long::parseLong).toArray();
      if (numbers.length != count || Arrays.stream(numbers).anyMatch(number -> number < 0)) {
        throw invalid();
      }
      return numbers;
    } catch (RuntimeException e) {
      throw invalid();
    }
  }

  private static StatusRuntimeException invalid() {
    return ApiErrors.invalid(
        "page_token",
        "must be a next_page_token of this call with the same other fields, or empty");
  }

  private String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((request + " " + text).getBytes(StandardCharsets.UTF_8));
  }

  private String decode() {
    String[] parts =
        new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split(" ", 2);
    if (!parts[0].equals(request)) {
      throw invalid();
    }
    return parts[1];
  }
}
