package dev.connectome.identity;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Grants by their tokens' hashes. As text, a line each of {@code NAME ROLE sha256:HASH}; empty
 * lines and those that begin with {@code #} say nothing. A name may have several tokens.
 */
public final class Grants {

  private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");

  private final Map<String, Grant> byHash = new HashMap<>();

  private Grants() {}

  /**
   * Reads grants.
   *
   * @throws IllegalArgumentException if a line is something else; the message has its number and
   *     none of its text, which may be a token
   */
  public static Grants parse(List<String> lines) {
    var grants = new Grants();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        grants.add(i + 1, line.split("\\s+"));
      }
    }
    return grants;
  }

  private void add(int number, String[] words) {
    if (words.length != 3 || !Principal.isName(words[0]) || !HASH.matcher(words[2]).matches()) {
      throw new IllegalArgumentException(
          "line %d is not of the form NAME ROLE sha256:HASH, the hash with 64 hexadecimal digits"
              .formatted(number));
    }
    if (words[0].equals(Principal.ANYBODY.name())) {
      throw new IllegalArgumentException(
          "line %d has the name %s, which is that of callers whom nobody asks"
              .formatted(number, words[0]));
    }
    var grant = new Grant(new Principal(words[0], role(number, words[1])), words[2]);
    if (byHash.putIfAbsent(grant.hash(), grant) != null) {
      throw new IllegalArgumentException(
          "line %d has the hash of an earlier line".formatted(number));
    }
  }

  private static Role role(int number, String text) {
    for (Role role : Role.values()) {
      if (role.name().toLowerCase(Locale.ROOT).equals(text)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "line %d has a role that is none of trainer, viewer, operator, admin".formatted(number));
  }

  /** What a token is worth; empty if it is worth nothing. */
  public Optional<Grant> of(String token) {
    return ofHash(Token.hash(token));
  }

  /** The grant of a token's hash, if there is one still. */
  public Optional<Grant> ofHash(String hash) {
    return Optional.ofNullable(byHash.get(hash));
  }

  public int size() {
    return byHash.size();
  }
}
