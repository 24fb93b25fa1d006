package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.identity.client.ProcessStamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessFileTest {

  @TempDir Path directory;
  private Path file;
  private Process process;

  @BeforeEach
  void start() throws Exception {
    file = directory.resolve("pid");
    process = new ProcessBuilder("sleep", "600").start();
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  @Test
  void aProcessIsFoundAfterTheClockWasSet() throws Exception {
    ProcessFile.write(file, process.toHandle());
    List<String> lines = Files.readAllLines(file);
    long hourEarlier = Long.parseLong(lines.get(1)) - 3_600_000;
    Files.writeString(file, lines.get(0) + "\n" + hourEarlier + "\n" + lines.get(2) + "\n");

    assertThat(ProcessFile.find(file)).contains(process.toHandle());
  }

  @Test
  void aTrainerIsFoundByTheLineOfItsController() throws Exception {
    ProcessStamp stamp = ProcessStamp.of(process.pid()).orElseThrow();
    Files.writeString(
        file,
        "%d\n0\n%d %s/%s\n".formatted(process.pid(), process.pid(), stamp.boot(), stamp.start()));

    assertThat(ProcessFile.find(file)).contains(process.toHandle());
  }

  @Test
  void anotherProcessWithTheSameIdIsNotFound() throws Exception {
    ProcessFile.write(file, process.toHandle());
    List<String> lines = Files.readAllLines(file);
    ProcessStamp stamp = ProcessStamp.of(process.pid()).orElseThrow();
    ProcessStamp earlier = new ProcessStamp(process.pid(), "1", stamp.boot());
    Files.writeString(file, lines.get(0) + "\n" + lines.get(1) + "\n" + earlier + "\n");

    assertThat(ProcessFile.find(file)).isEmpty();
  }

  @Test
  void aFileOfAnEarlierVersionIsReadByTheClock() throws Exception {
    ProcessFile.write(file, process.toHandle());
    List<String> lines = Files.readAllLines(file);

    Files.writeString(file, lines.get(0) + "\n" + lines.get(1) + "\n");
    assertThat(ProcessFile.find(file)).contains(process.toHandle());
    Files.writeString(file, lines.get(0) + "\n0\n");
    assertThat(ProcessFile.find(file)).isEmpty();
  }
}
