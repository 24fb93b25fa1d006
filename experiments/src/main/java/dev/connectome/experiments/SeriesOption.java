package dev.connectome.experiments;

import dev.connectome.experiments.recording.Recording;
import dev.connectome.experiments.recording.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option of commands that read recorded trainings, as a mixin. */
final class SeriesOption {
  @Option(
      names = "--series",
      paramLabel = "FILE",
      required = true,
      description =
          "Recorded trainings, written by 'connectome experiment paper --series FILE'; may be given"
              + " several times. A training that is in several files is taken from the last.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--keep",
      paramLabel = "WEIGHTS",
      defaultValue = "epoch",
      description =
          "What every rule keeps, the baseline too: epoch, the weights after an epoch, or average,"
              + " their moving average. Default: ${DEFAULT-VALUE}")
  private Weights keep = Weights.EPOCH;

  Weights weights() {
    return keep;
  }

  /** Which trainings take part, for a message: averages have not always been measured. */
  String withAccuracy() {
    return keep == Weights.EPOCH ? "" : " that recorded " + keep.accuracy();
  }

  Recording read() {
    return Recording.read(files);
  }
}
