package dev.connectome.experiments.recording;

import dev.connectome.cli.CommandFailure;
import dev.connectome.experiments.grid.Trial;
import dev.connectome.platform.IoMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The trainings that an experiment has: those in its file, and those finished since. The file is
 * rewritten with each, so an interrupted experiment keeps what it has.
 */
public final class SeriesFile {
  private final @Nullable Path file;
  private final Supplier<Provenance> provenance;
  private final Map<String, RecordedRun> runs = new LinkedHashMap<>();

  /**
   * Reads the file, and writes it once to make sure it can be.
   *
   * @param file may not exist yet; null to keep the trainings in memory only
   * @param provenance asked each time the file is written
   * @throws CommandFailure if the file holds something else or cannot be written
   */
  public SeriesFile(@Nullable Path file, Supplier<Provenance> provenance) {
    this.file = file;
    this.provenance = provenance;
    if (file != null) {
      if (Files.exists(file)) {
        Recording.read(file).runs().forEach(run -> runs.put(run.key(), run));
      }
      write(file);
    }
  }

  /** The training with the same definition as a trial. */
  public Optional<RecordedRun> find(Trial trial) {
    return Optional.ofNullable(runs.get(trial.key()))
        .filter(run -> run.definition().equals(trial.definition()));
  }

  /** Adds a finished training, in place of one with the same name and another definition. */
  public void add(RecordedRun run) {
    runs.put(run.key(), run);
    if (file != null) {
      write(file);
    }
  }

  private void write(Path target) {
    try {
      new Recording(provenance.get(), List.copyOf(runs.values())).write(target);
    } catch (IOException e) {
      throw CommandFailure.failed(
          "--series %s cannot be written: %s; no training is lost; run the same command again to continue"
              .formatted(target, IoMessages.of(e)),
          e);
    }
  }
}
