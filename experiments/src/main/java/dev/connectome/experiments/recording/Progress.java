package dev.connectome.experiments.recording;

import dev.connectome.experiments.grid.Trial;
import dev.connectome.protos.run.v1.TrainingRun;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far an experiment is, and how long the rest will take at the pace so far. */
final class Progress {
  private final int trials;
  private final long allEpochs;
  private final long epochsEach;
  private final InstantSource clock;
  private @Nullable Instant begun;
  private long epochsAtBegin;
  private long epochs;

  Progress(List<Trial> trials, InstantSource clock) {
    this.trials = trials.size();
    this.epochsEach = trials.get(0).epochs();
    this.allEpochs = trials.size() * epochsEach;
    this.clock = clock;
  }

  /**
   * Notes how far the trainings are.
   *
   * @param open names of those that have not been recorded yet
   * @param live those that have not ended, by name
   */
  void update(Collection<String> open, Map<String, TrainingRun> live) {
    epochs = allEpochs;
    for (String name : open) {
      TrainingRun run = live.get(name);
      if (run != null) {
        epochs -= epochsEach - Math.min(epochsEach, run.getProgress().getCompletedEpochs());
      }
    }
    if (begun == null) {
      begun = clock.instant();
      epochsAtBegin = epochs;
    }
  }

  /** A line for a training that was recorded. */
  String line(int done, Trial trial, RecordedRun run) {
    return String.format(
        Locale.ROOT,
        "[%d/%d] %s: accuracy %.2f %%, at best %.2f %%; %s",
        done,
        trials,
        trial.name(),
        100 * run.accuracy(run.epochs()),
        100 * run.bestAccuracy(),
        remaining());
  }

  private String remaining() {
    long trained = epochs - epochsAtBegin;
    if (begun == null || trained == 0) {
      return "found";
    }
    Duration left =
        Duration.between(begun, clock.instant())
            .multipliedBy(allEpochs - epochs)
            .dividedBy(trained);
    return "about %d min %02d s left".formatted(left.toMinutes(), left.toSecondsPart());
  }
}
