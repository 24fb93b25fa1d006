package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRotationTest {

  @TempDir Path directory;

  @Test
  void aWriterGoesOnAndTheLastFiveLogsAreKept() throws Exception {
    Path log = Files.createFile(directory.resolve("service.log"));
    try (OutputStream writer = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
      for (int round = 1; round <= 7; round++) {
        writer.write(("line " + round).getBytes(StandardCharsets.UTF_8));
        LogRotation.rotate(directory, 5);
      }
      writer.write("new".getBytes(StandardCharsets.UTF_8));
      LogRotation.rotate(directory, 5);
    }

    assertThat(log).hasContent("new");
    for (int number = 1; number <= 5; number++) {
      assertThat(directory.resolve("service.log." + number)).hasContent("line " + (8 - number));
    }
    assertThat(directory.resolve("service.log.6")).doesNotExist();
  }

  @Test
  void otherFilesAreLeftAlone() throws Exception {
    Path other = Files.writeString(directory.resolve("notes.txt"), "much longer than five");

    LogRotation.rotate(directory, 5);

    assertThat(other).hasContent("much longer than five");
  }
}
