package dev.connectome.experiments;

import dev.connectome.experiments.recording.Recording;
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

  Recording read() {
    return Recording.read(files);
  }
}
