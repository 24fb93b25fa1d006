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

/** How far an experiment is, and an estimate of the time left. */
final class Progress {
  private final int trials;
  private final long allEpochs;
  private final long epochsEach;
  private final InstantSource clock;
  private @Nullable Instant start;
  private long epochsAtStart;
  private long epochs;

  Progress(List<Trial> trials, InstantSource clock) {
    this.trials = trials.size();
    this.epochsEach = trials.get(0).epochs();
    this.allEpochs = trials.size() * epochsEach;
    this.clock = clock;
  }

  /**
   * Updates the trained epochs from the trials not recorded yet and the runs still live, by name.
   */
  void update(Collection<String> pending, Map<String, TrainingRun> live) {
    epochs = allEpochs;
    for (String name : pending) {
      TrainingRun run = live.get(name);
      if (run != null) {
        epochs -= epochsEach - Math.min(epochsEach, run.getProgress().getCompletedEpochs());
      }
    }
    if (start == null) {
      start = clock.instant();
      epochsAtStart = epochs;
    }
  }

  /** The line for a training that was just recorded. */
  String line(int done, Trial trial, RecordedRun run) {
    return String.format(
        Locale.ROOT,
        "[%d/%d] %s: accuracy %.2f %%, best %.2f %%; %s",
        done,
        trials,
        trial.name(),
        100 * run.accuracy(RecordedRun.Weights.OWN, run.epochs()),
        100 * run.bestAccuracy(),
        remaining());
  }

  private String remaining() {
    long trained = epochs - epochsAtStart;
    if (start == null || trained == 0) {
      return "already trained";
    }
    Duration left =
        Duration.between(start, clock.instant())
            .multipliedBy(allEpochs - epochs)
            .dividedBy(trained);
    return "about %d min %02d s left".formatted(left.toMinutes(), left.toSecondsPart());
  }
}
