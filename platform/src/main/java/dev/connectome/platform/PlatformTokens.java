package dev.connectome.platform;

import dev.connectome.identity.Grant;
import dev.connectome.identity.Principal;
import dev.connectome.identity.Role;
import dev.connectome.identity.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The tokens of a platform, made when it is first started: one of its owner, who may do everything,
 * and one of the trainers that it starts. The services know their hashes only.
 */
public final class PlatformTokens {
  static final String OWNERS = "token";

  private PlatformTokens() {}

  /** The file with the token of whoever has started a platform; other users cannot read it. */
  public static Path owners(Path stateDirectory) {
    return stateDirectory.resolve(OWNERS);
  }

  /** What tokens are worth, as a file for the services; empty if nobody is asked for one. */
  static Optional<Path> grants(PlatformOptions options) {
    return options.authentication()
        ? Optional.of(new StateDirectory(options.stateDirectory()).grants())
        : Optional.empty();
  }

  /** Makes what is missing, and tells the services what the tokens are worth. */
  static void prepare(StateDirectory state) throws IOException {
    String owners = existingOrNew(state.token());
    String trainers = existingOrNew(state.trainersToken());
    write(
        state.grants(),
        List.of(
            Grant.of(owners, new Principal(owner(), Role.ADMIN)).line(),
            Grant.of(trainers, new Principal("trainer", Role.TRAINER)).line()));
  }

  private static String existingOrNew(Path file) throws IOException {
    if (Files.exists(file)) {
      String token = Files.readString(OwnerOnly.file(file)).strip();
      if (!token.isEmpty()) {
        return token;
      }
    }
    String token = Token.create();
    write(file, List.of(token));
    return token;
  }

  /** Writes a file of the owner's: a reader sees all of it or none. */
  private static void write(Path file, List<String> lines) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(part);
    Files.write(OwnerOnly.file(part), lines);
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The name of the user, if it can be one here. */
  private static String owner() {
    String user = System.getProperty("user.name", "");
    // The name is a question mark where the system has none.
    return Principal.isName(user) && !user.equals("?") ? user : "owner";
  }
}
