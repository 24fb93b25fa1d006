package dev.connectome.identity;

import java.util.Locale;

/**
 * What a token is worth.
 *
 * @param hash of the token, as {@link Token#hash} makes it
 */
public record Grant(Principal principal, String hash) {

  /** For whoever shows a token. */
  public static Grant of(String token, Principal principal) {
    return new Grant(principal, Token.hash(token));
  }

  /** A line of a file of grants: name, role and hash. */
  public String line() {
    return "%s %s %s"
        .formatted(principal.name(), principal.role().name().toLowerCase(Locale.ROOT), hash);
  }
}
