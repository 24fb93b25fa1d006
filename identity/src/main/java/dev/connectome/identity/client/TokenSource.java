package dev.connectome.identity.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a caller has its token from. It is read anew for each call, so that it may change.
 *
 * <p>A caller that names none uses the environment: the token in {@code CONNECTOME_TOKEN}, else the
 * file that {@code CONNECTOME_TOKEN_FILE} names. Without either, a platform that this user has
 * started on this machine is recognised by its port.
 */
public sealed interface TokenSource {

  /** Where a platform that this user has started listens, and a port of it. */
  Pattern OWN = Pattern.compile("(?<host>localhost|127\\.0\\.0\\.1):(?<port>\\d{1,5})");

  /**
   * The token; empty if there is none to show.
   *
   * @throws IOException if there should be one and is not
   */
  Optional<String> read() throws IOException;

  /** The content of a file, without the white space around it. */
  record OfFile(Path file) implements TokenSource {
    @Override
    public Optional<String> read() throws IOException {
      String token;
      try {
        token = Files.readString(file).strip();
      } catch (IOException e) {
        throw new IOException("the token file " + file + " cannot be read", e);
      }
      if (token.isEmpty()) {
        throw new IOException("the token file " + file + " is empty");
      }
      try {
        check(token);
      } catch (IllegalArgumentException e) {
        throw new IOException("the token file " + file + ": " + e.getMessage(), e);
      }
      return Optional.of(token);
    }
  }

  /** What a variable holds. */
  record OfText(String token) implements TokenSource {
    /**
     * @throws IllegalArgumentException if it can be no token; the message does not have it
     */
    public OfText {
      check(token);
    }

    @Override
    public Optional<String> read() {
      return Optional.of(token);
    }

    /** Without the token. */
    @Override
    public String toString() {
      return "a token";
    }
  }

  /** The token of the platform that listens on a port of this machine, if this user started it. */
  record OfPort(int port, Path directory) implements TokenSource {
    @Override
    public Optional<String> read() throws IOException {
      Optional<Path> state = StartedPlatforms.in(directory).stateDirectory(port);
      return state.isEmpty() ? Optional.empty() : new OfFile(state.get().resolve("token")).read();
    }
  }

  /** No token. */
  record None() implements TokenSource {
    @Override
    public Optional<String> read() {
      return Optional.empty();
    }
  }

  /**
   * For who names none.
   *
   * @param endpoint the service, {@code host:port}
   */
  static TokenSource standard(String endpoint) {
    return of(System.getenv(), endpoint);
  }

  /** The same for an environment. */
  static TokenSource of(Map<String, String> environment, String endpoint) {
    for (String name : List.of("CONNECTOME_TOKEN", "CONNECTOME_TOKEN_FILE")) {
      String value = environment.getOrDefault(name, "").strip();
      if (!value.isEmpty()) {
        return name.equals("CONNECTOME_TOKEN") ? new OfText(value) : new OfFile(Path.of(value));
      }
    }
    Matcher own = OWN.matcher(endpoint);
    return own.matches() && isOwn(own.group("host"))
        ? new OfPort(Integer.parseInt(own.group("port")), StartedPlatforms.directory(environment))
        : new None();
  }

  /** Another user may listen at another address that the name stands for. */
  private static boolean isOwn(String host) {
    try {
      return Stream.of(InetAddress.getAllByName(host))
          .allMatch(address -> address.getHostAddress().equals("127.0.0.1"));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static void check(String token) {
    if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "a token has letters, digits and signs only, no blanks or ends of lines within it");
    }
  }
}
