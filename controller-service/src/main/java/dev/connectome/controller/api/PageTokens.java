package dev.connectome.controller.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.connectome.controller.filter.RunField;
import dev.connectome.controller.filter.RunOrder;
import dev.connectome.controller.store.RunPlace;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;

/**
 * The page tokens of a list call, which say behind what the next page begins. Opaque to callers,
 * and of use only with the request that they continue: each carries a checksum of its other fields.
 */
final class PageTokens {

  private static final String NONE = "-";
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

  String after(RunPlace last) {
    var text = new StringBuilder(last.createTime() + " " + last.uid());
    last.keys().forEach(key -> text.append(' ').append(key.map(PageTokens::quoted).orElse(NONE)));
    return encode(text.toString());
  }

  /** A key, which may hold spaces. */
  private static String quoted(Object key) {
    return Base64.getUrlEncoder().encodeToString(("=" + key).getBytes(StandardCharsets.UTF_8));
  }

  /** The place of the token in a list of that order; empty for the first page. */
  Optional<RunPlace> place(RunOrder order) {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<String> parts = List.of(decode().split(" ", -1));
      List<String> written = parts.subList(2, parts.size());
      if (written.size() != order.keys().size()) {
        throw invalid();
      }
      List<Optional<Object>> keys = new ArrayList<>();
      for (int i = 0; i < written.size(); i++) {
        keys.add(key(order.keys().get(i).field().type(), written.get(i)));
      }
      return Optional.of(new RunPlace(keys, time(parts.get(0)), UUID.fromString(parts.get(1))));
    } catch (RuntimeException e) {
      throw invalid();
    }
  }

  private static Optional<Object> key(RunField.Type type, String written) {
    if (written.equals(NONE)) {
      return Optional.empty();
    }
    String value =
        new String(Base64.getUrlDecoder().decode(written), StandardCharsets.UTF_8).substring(1);
    if (value.indexOf('\0') >= 0) {
      throw invalid();
    }
    return Optional.of(
        switch (type) {
          case TEXT -> value;
          case CHOICE, NUMBER -> Double.valueOf(value);
          case TIME -> time(value);
        });
  }

  private static Instant time(String text) {
    Instant time = Instant.parse(text);
    if (time.isBefore(FIRST) || time.isAfter(LAST)) {
      throw invalid();
    }
    return time;
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
