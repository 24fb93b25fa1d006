package dev.connectome.signature.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.signature.fixture.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native libraries that the machine does not let run. */
class NativesIT {

  @TempDir Path directory;

  @Test
  void aServiceWhoseNativesMayNotRunSaysSoInsteadOfWaitingForEver() throws Exception {
    Path noPrograms = Files.createDirectories(directory.resolve("noexec"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=64m,noexec", "tmpfs", noPrograms.toString()));
    try (ServiceProcess service =
        ServiceProcess.start(
            TestBroker.shared().bootstrapServers(),
            directory.resolve("state"),
            Map.of("java.io.tmpdir", noPrograms.toString()))) {
      service.awaitDead();

      assertThat(service.text("/q/health/live"))
          .contains("FAILED")
          .contains("the streams could not be started: ")
          .contains("failed to map segment");
      service.kill();
    } finally {
      assertThat(run("umount", noPrograms.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }
}
