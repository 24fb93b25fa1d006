package dev.connectome.cli.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The results of a demonstration, written as JSON. Unknown values are null. */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record DemoSummary(List<Run> runs, Platform platform) {
  public DemoSummary {
    runs = List.copyOf(runs);
  }

  /**
   * What the demonstration ran on.
   *
   * @param data the directory of the images, or "embedded"
   * @param wallSeconds from the first submission to the last end
   */
  public record Platform(
      String version,
      String java,
      String system,
      int processors,
      String data,
      double wallSeconds) {}

  /**
   * A run under the default policy, compared with the same training without stopping.
   *
   * @param state STOPPED unless something went wrong
   * @param budget the most epochs it might have trained
   * @param stopEpoch the epoch whose snapshot decided
   * @param restoreEpoch the epoch whose weights are kept; null if the last one's are
   * @param series a point an epoch
   * @param testAccuracy of the weights kept, 0 to 1
   * @param epochTestAccuracy where an average is kept, of the weights that were averaged
   * @param trainingSeconds spent in training steps
   */
  public record Run(
      String name,
      String uid,
      String state,
      List<Integer> hiddenWidths,
      int budget,
      @Nullable Integer stopEpoch,
      int finalEpoch,
      @Nullable Integer restoreEpoch,
      @Nullable Decision decision,
      List<Point> series,
      List<Stage> stages,
      @Nullable Double testAccuracy,
      @Nullable Double epochTestAccuracy,
      double trainingSeconds,
      int epochsSaved,
      double secondsSaved,
      Reference reference) {
    public Run {
      hiddenWidths = List.copyOf(hiddenWidths);
      series = List.copyOf(series);
      stages = List.copyOf(stages);
    }
  }

  /**
   * Why a run was stopped, with the points of the series that decided last.
   *
   * @param monitor that series
   * @param monitors all series that the decision rests on
   */
  public record Decision(
      String policyId,
      String rule,
      String reason,
      String message,
      String monitor,
      Set<String> monitors,
      List<Evidence> evidence) {
    public Decision {
      monitors = new TreeSet<>(monitors);
      evidence = List.copyOf(evidence);
    }
  }

  public record Evidence(int epoch, double value) {}

  /** The series at one epoch, from 1; distances are to the snapshot before. */
  public record Point(
      int epoch,
      @Nullable Double deathDistance,
      @Nullable Double birthDistance,
      @Nullable Double topologicalDistance,
      @Nullable Double connectomeDistance,
      @Nullable Double neighbourDisagreement,
      @Nullable Double predictedClassConcentration,
      @Nullable Double trainLoss,
      @Nullable String stage) {}

  /** A stage and its first epoch. */
  public record Stage(String stage, int epoch) {}

  /** The same training without stopping; COMPLETED unless something went wrong. */
  public record Reference(
      String name,
      String state,
      int finalEpoch,
      @Nullable Double testAccuracy,
      double trainingSeconds) {}
}
