package dev.connectome.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who PostgreSQL's programs run as. They refuse to run as root, which is who containers start as:
 * there they run in a user namespace in which root is nobody, or under another user's id.
 */
final class PostgresUser {
  private static final int ROOT = 0;

  /** The id that nobody has, on Linux. */
  private static final int NOBODY = 65534;

  private static final List<String> NAMESPACE = List.of("unshare", "-U");

  /** Keeps the right to enter folders that are root's alone, such as the state directory. */
  private static final List<String> OTHER_ID =
      List.of(
          "setpriv",
          "--reuid=" + NOBODY,
          "--regid=" + NOBODY,
          "--clear-groups",
          "--inh-caps=+dac_override",
          "--ambient-caps=+dac_override");

  private final List<String> prefix;
  private final int owner;

  private PostgresUser(List<String> prefix, int owner) {
    this.prefix = prefix;
    this.owner = owner;
  }

  /**
   * Finds out who may run PostgreSQL here.
   *
   * @throws PlatformException if root can become nobody else; the message says what to do
   */
  static PostgresUser find() throws IOException, InterruptedException {
    int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (self != ROOT) {
      return new PostgresUser(List.of(), self);
    }
    String namespace = refusal(NAMESPACE);
    if (namespace.isEmpty()) {
      return new PostgresUser(NAMESPACE, ROOT);
    }
    String otherId = refusal(OTHER_ID);
    if (otherId.isEmpty()) {
      return new PostgresUser(OTHER_ID, NOBODY);
    }
    throw PlatformException.failed(
        "PostgreSQL does not run as root, and root can be nobody else on this machine ("
            + namespace
            + "; "
            + otherId
            + "): run this program as an ordinary user, for example with docker run --user 1000,"
            + " or allow user namespaces, with docker run --security-opt seccomp=unconfined or"
            + " sysctl user.max_user_namespaces=10000");
  }

  /** Why a program cannot run with a prefix; empty if it can. */
  private static String refusal(List<String> prefix) throws InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add("true");
    try {
      Process trial = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(trial.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return trial.waitFor() == 0
          ? ""
          : said.isBlank() ? prefix.get(0) + " failed" : said.lines().findFirst().orElse("");
    } catch (IOException e) {
      return prefix.get(0) + " is missing";
    }
  }

  List<String> command(List<String> program) {
    return Stream.concat(prefix.stream(), program.stream()).toList();
  }

  /** Gives a folder that was written under another id, with all in it, to who runs here. */
  void own(Path folder) throws IOException {
    if (!Files.exists(folder) || owner(folder) == owner) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", owner, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private static int owner(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }
}
