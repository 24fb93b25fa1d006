package dev.connectome.controller.api;

import dev.connectome.controller.store.RunList;
import dev.connectome.controller.store.RunRow;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/** Page tokens, which say behind what the next page begins. Opaque to callers. */
final class PageTokens {

  private static final int MAX_PAGE_SIZE = 1_000;

  private PageTokens() {}

  static int pageSize(int asked, int standard) {
    return asked == 0 ? standard : Math.min(asked, MAX_PAGE_SIZE);
  }

  static String after(RunRow last) {
    return encode(last.createTime() + " " + last.uid());
  }

  static Optional<RunList.Place> place(String token) {
    if (token.isEmpty()) {
      return Optional.empty();
    }
    try {
      String[] parts = decode(token).split(" ", 2);
      return Optional.of(new RunList.Place(Instant.parse(parts[0]), UUID.fromString(parts[1])));
    } catch (RuntimeException e) {
      throw invalid();
    }
  }

  static String after(long... numbers) {
    var text = new StringBuilder();
    for (long number : numbers) {
      text.append(number).append(' ');
    }
    return encode(text.toString().strip());
  }

  /** The numbers of a token; zeros for none. */
  static long[] numbers(String token, int count) {
    var numbers = new long[count];
    if (token.isEmpty()) {
      return numbers;
    }
    try {
      String[] parts = decode(token).split(" ", -1);
      for (int i = 0; i < count; i++) {
        numbers[i] = Long.parseLong(parts[i]);
      }
      return numbers;
    } catch (RuntimeException e) {
      throw invalid();
    }
  }

  private static StatusRuntimeException invalid() {
    return ApiErrors.invalid("page_token", "must be a next_page_token of this call, or empty");
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(String token) {
    return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
  }
}
