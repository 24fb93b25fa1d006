package dev.connectome.trainer.service.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCheckTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private int check(Path folder) {
    return DataCheck.check(folder, new PrintStream(said, true, UTF_8));
  }

  @Test
  void everyFormatOfTheTrainerIsKnown() throws Exception {
    for (String part : new String[] {"train", "test"}) {
      Files.createDirectories(directory.resolve(part).resolve("cats"));
    }

    assertThat(check(directory)).isZero();
    assertThat(said.toString(UTF_8).strip()).isEqualTo("folder");
  }

  @Test
  void aFolderOfSomethingElseIsRefusedWithWhatIsWanted() {
    assertThat(check(directory)).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains(directory.toString(), "MNIST's four IDX files");

    assertThat(check(directory.resolve("none"))).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("does not exist");
  }
}
