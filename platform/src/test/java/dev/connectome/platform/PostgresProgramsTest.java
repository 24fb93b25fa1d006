package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresProgramsTest {

  @TempDir Path directory;

  @Test
  void aDiskWithoutRoomForThemIsNamedAndLeftEmpty() throws Exception {
    Path small = Files.createDirectories(directory.resolve("small"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", small.toString()));
    try {
      assertThatThrownBy(() -> PostgresPrograms.unpacked(small.resolve("programs")))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("PostgreSQL could not be unpacked into " + small)
          .hasMessageContaining("No space left on device (the disk " + small)
          .hasMessageEndingWith("make room on it)");
      assertThat(small.resolve("programs")).isEmptyDirectory();
    } finally {
      assertThat(run("umount", small.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }
}
