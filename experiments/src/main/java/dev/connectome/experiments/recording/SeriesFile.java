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
 * The trainings that an experiment has: those that its file held when it began, and those that were
 * finished since. The file is written anew with each, so that whatever ends the experiment leaves
 * what it has.
 */
public final class SeriesFile {
  private final @Nullable Path file;
  private final Supplier<Provenance> about;
  private final Map<String, RecordedRun> runs = new LinkedHashMap<>();

  /**
   * Opens a file, and writes it once to see that it can be.
   *
   * @param file where the trainings are kept; may not exist yet; null to keep them in memory alone
   * @param about tells how the trainings are made, whenever the file is written
   * @throws CommandFailure if the file holds something else or cannot be written
   */
  public SeriesFile(@Nullable Path file, Supplier<Provenance> about) {
    this.file = file;
    this.about = about;
    if (file != null) {
      if (Files.exists(file)) {
        Recording.read(file).runs().forEach(run -> runs.put(run.key(), run));
      }
      write(file);
    }
  }

  /** A training that has the same definition as a trial. */
  public Optional<RecordedRun> find(Trial trial) {
    return Optional.ofNullable(runs.get(trial.key()))
        .filter(run -> run.definition().equals(trial.definition()));
  }

  /**
   * Keeps a training that was finished, in place of one that had the same name and another
   * definition.
   *
   * @throws CommandFailure if the file cannot be written
   */
  public void add(RecordedRun run) {
    runs.put(run.key(), run);
    if (file != null) {
      write(file);
    }
  }

  private void write(Path there) {
    try {
      new Recording(about.get(), List.copyOf(runs.values())).write(there);
    } catch (IOException e) {
      throw CommandFailure.failed(
          "--series %s cannot be written: %s; no training is lost, and the same command goes on"
              .formatted(there, IoMessages.of(e)),
          e);
    }
  }
}
