package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.connectome.platform.fixture.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL where root has no user namespaces, as in most containers. */
class PostgresUserTest {

  @TempDir Path root;

  @BeforeEach
  void onlyRootCanBecomeAnother() throws Exception {
    assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid")));
  }

  /** In a folder that only root may enter, which data of the other way lie in already. */
  @Test
  void rootStartsItUnderAnotherIdAndGoesBackToANamespace() throws Exception {
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    for (String refused : List.of("none", "unshare", "none")) {
      Process start = start(refused);

      assertThat(new String(start.getInputStream().readAllBytes()))
          .as("refused: %s", refused)
          .contains("started and found");
      assertThat(start.waitFor()).isZero();
    }
  }

  @Test
  void whereRootCanBecomeNobodyTheMessageSaysWhatToDo() throws Exception {
    Process start = start("unshare", "setpriv");

    assertThat(new String(start.getInputStream().readAllBytes()))
        .contains("PostgreSQL does not run as root")
        .contains("unshare: refused; setpriv: refused")
        .contains("docker run --user 1000");
  }

  /**
   * With programs on the path that fail as they do without the rights, and without the right to see
   * where another user's process works.
   */
  private Process start(String... refused) throws Exception {
    Path bin = Files.createTempDirectory(root, "bin");
    for (String program : refused) {
      Path script = bin.resolve(program);
      Files.writeString(script, "#!/bin/sh\necho " + program + ": refused >&2\nexit 1\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    ProcessBuilder builder =
        new ProcessBuilder(
                Stream.concat(
                        Stream.of("setpriv", "--bounding-set=-sys_ptrace"),
                        JavaCommand.ofThisClassPath(
                            List.of("-Xmx64m"), Starter.class, List.of(root.toString()))
                            .stream())
                    .toList())
            .redirectErrorStream(true);
    builder.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
    return builder.start();
  }

  static final class Starter {
    private Starter() {}

    public static void main(String[] arguments) throws Exception {
      Path root = Path.of(arguments[0]);
      PostgresFiles files =
          new PostgresFiles(
              root.resolve("data"),
              root.resolve("password"),
              root.resolve("log"),
              root.resolve("pid"));
      try (PostgresServer server =
          PostgresServer.start(
              PostgresPrograms.unpacked(Installation.current().unpackedPrograms()),
              files,
              FreePort.find(),
              Map.of("fsync", "off"))) {
        boolean found = PostgresServer.runningOn(files).isPresent();
        System.out.println("started " + (found ? "and found" : "on port " + server.port()));
      } catch (PlatformException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
