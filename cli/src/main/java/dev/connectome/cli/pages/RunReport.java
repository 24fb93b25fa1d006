package dev.connectome.cli.pages;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.platform.IoMessages;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** The page of some runs as one file that needs no controller and loads nothing. */
public final class RunReport {
  /** As many as the page compares. */
  public static final int MOST_RUNS = 20;

  private static final int MOST_BYTES = 1 << 20;
  private static final int FINEST = 2048;
  private static final int COARSEST = 32;

  private RunReport() {}

  /**
   * Writes a report of less than 1 MiB: of long or many runs, series are thinned until they fit.
   *
   * @param runs 1 to {@value #MOST_RUNS} of the controller's runs
   * @return the size of the file in bytes
   * @throws CommandFailure if the file cannot be written
   */
  public static int write(
      ConnectomeClient client, List<TrainingRun> runs, Instant time, Path file) {
    byte[] page = page(client, runs, time, FINEST);
    for (int points = FINEST / 2; page.length >= MOST_BYTES && points >= COARSEST; points /= 2) {
      page = page(client, runs, time, points);
    }
    if (page.length >= MOST_BYTES) {
      throw CommandFailure.failed(
          "the report of these runs takes %d KiB, and the most is %d: name fewer runs"
              .formatted(page.length >> 10, MOST_BYTES >> 10));
    }
    try {
      Files.write(file, page);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + file + ": " + IoMessages.of(e), e);
    }
    return page.length;
  }

  private static byte[] page(
      ConnectomeClient client, List<TrainingRun> runs, Instant time, int points) {
    return OneFile.with(FrozenRuns.json(client, runs, time, points))
        .getBytes(StandardCharsets.UTF_8);
  }
}
