package dev.connectome.identity.server;

import dev.connectome.identity.Grant;
import dev.connectome.identity.Principal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds out who calls a service. */
public final class Authentication {

  private final Optional<GrantsFile> file;

  private Authentication(Optional<GrantsFile> file) {
    this.file = file;
  }

  /** By the tokens of a file. */
  public static Authentication by(GrantsFile file) {
    return new Authentication(Optional.of(file));
  }

  /** Nobody is asked: whoever can connect is {@link Principal#ANYBODY}. */
  public static Authentication none() {
    return new Authentication(Optional.empty());
  }

  /**
   * As a service is configured.
   *
   * @param enabled {@code connectome.auth.enabled}
   * @param tokensFile {@code connectome.auth.tokens-file}
   * @param addresses where the service listens
   * @throws IllegalArgumentException if nobody could call, or anybody from elsewhere
   */
  public static Authentication of(
      boolean enabled, Optional<Path> tokensFile, List<String> addresses) {
    if (enabled) {
      return by(
          new GrantsFile(
              tokensFile.orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "connectome.auth.tokens-file is not set: name a file with a line NAME"
                              + " ROLE sha256:HASH for each token, or set"
                              + " connectome.auth.enabled=false on a machine whose users you"
                              + " trust"))));
    }
    for (String address : addresses) {
      if (!isLoopback(address)) {
        throw new IllegalArgumentException(
            "connectome.auth.enabled is false, and the service would listen on %s: set"
                    .formatted(address)
                + " connectome.auth.tokens-file, or listen on 127.0.0.1 only");
      }
    }
    return none();
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Whether callers are asked. */
  public boolean isRequired() {
    return file.isPresent();
  }

  /** Who shows a token, or none; empty if nobody knows. */
  public Optional<Principal> who(Optional<String> token) {
    return file.isEmpty()
        ? Optional.of(Principal.ANYBODY)
        : token.flatMap(this::grant).map(Grant::principal);
  }

  /** What a token is worth. */
  public Optional<Grant> grant(String token) {
    return file.flatMap(grants -> grants.current().of(token));
  }

  /** What the token of a hash is worth now. */
  public Optional<Grant> grantOfHash(String hash) {
    return file.flatMap(grants -> grants.current().ofHash(hash));
  }
}
