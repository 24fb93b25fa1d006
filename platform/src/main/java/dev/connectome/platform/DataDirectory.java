package dev.connectome.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Asks the trainer, which is who reads data, before anything is started for a folder of them. */
final class DataDirectory {
  private DataDirectory() {}

  /**
   * Checks that the trainer knows the files in a folder.
   *
   * @throws PlatformException in the trainer's words if it does not
   */
  static void check(Installation installation, Path directory) throws InterruptedException {
    try {
      Process trainer =
          new ProcessBuilder(installation.dataCheckCommand(directory))
              .redirectErrorStream(true)
              .start();
      String said =
          new String(trainer.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (trainer.waitFor() != 0) {
        throw PlatformException.badInput(said);
      }
    } catch (IOException e) {
      throw PlatformException.failed("the data could not be checked: " + IoMessages.of(e), e);
    }
  }
}
