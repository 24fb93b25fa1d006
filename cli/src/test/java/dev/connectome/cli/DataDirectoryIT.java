package dev.connectome.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.platform.Installation;
import dev.connectome.platform.Platform;
import dev.connectome.platform.PlatformException;
import dev.connectome.platform.PlatformOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packaged trainer says of a folder before a platform starts on it. */
class DataDirectoryIT {

  @TempDir Path folder;

  @Test
  void dataThatNoTrainerReadsAreRefusedInTheTrainersWords() throws Exception {
    Path state = folder.resolve("state");
    assertThatThrownBy(
            () ->
                Platform.start(
                    new PlatformOptions(
                        Installation.current(), state, folder, 1, PlatformOptions.Ports.ANY),
                    line -> {}))
        .isInstanceOfSatisfying(
            PlatformException.class, refused -> assertThat(refused.isBadInput()).isTrue())
        .hasMessageStartingWith(folder + " has no data set of a known format");
    assertThat(Files.exists(state)).isFalse();
  }
}
