package dev.connectome.identity.server;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The header {@code Authorization: Bearer TOKEN}. */
public final class Bearer {

  private static final String SCHEME = "bearer ";

  private Bearer() {}

  /** The token in a header's value; empty if there is none. */
  public static Optional<String> token(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String token = header.substring(SCHEME.length()).strip();
    return token.isEmpty() ? Optional.empty() : Optional.of(token);
  }
}
