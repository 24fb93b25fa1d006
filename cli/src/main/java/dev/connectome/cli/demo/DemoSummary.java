package dev.connectome.cli.demo;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a demonstration showed, as it is written for machines. Values that are not known are null.
 *
 * @param runs the runs that a policy watched, each with its reference
 * @param platform what they ran on
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record DemoSummary(List<Run> runs, Platform platform) {
  /** Copies the list. */
  public DemoSummary {
    runs = List.copyOf(runs);
  }

  /**
   * What the demonstration ran on.
   *
   * @param version of the platform
   * @param java the Java version
   * @param system the operating system and its architecture
   * @param processors how many there are
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
   * A run that a policy watched.
   *
   * @param name its name
   * @param uid its uid
   * @param state STOPPED unless something went wrong
   * @param hiddenWidths neurons of each hidden layer
   * @param budget epochs it might have trained
   * @param stopEpoch the epoch whose snapshot decided
   * @param finalEpoch the last epoch trained
   * @param restoreEpoch the epoch whose weights are kept; null if the last one's are
   * @param decision why it was stopped
   * @param series a point an epoch
   * @param stages when each stage began
   * @param testAccuracy of the weights kept, 0 .. 1
   * @param trainingSeconds spent in training steps
   * @param epochsSaved against the reference
   * @param secondsSaved against the reference
   * @param reference the same training without stopping
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
      double trainingSeconds,
      int epochsSaved,
      double secondsSaved,
      Reference reference) {
    /** Copies the lists. */
    public Run {
      hiddenWidths = List.copyOf(hiddenWidths);
      series = List.copyOf(series);
      stages = List.copyOf(stages);
    }
  }

  /**
   * Why a run was stopped.
   *
   * @param policyId the policy
   * @param rule its rule
   * @param reason for programs
   * @param message for people
   * @param monitor the series it read
   * @param evidence the points that decided
   */
  public record Decision(
      String policyId,
      String rule,
      String reason,
      String message,
      String monitor,
      List<Evidence> evidence) {
    /** Copies the list. */
    public Decision {
      evidence = List.copyOf(evidence);
    }
  }

  /**
   * A point that decided.
   *
   * @param epoch its epoch
   * @param value its value
   */
  public record Evidence(int epoch, double value) {}

  /**
   * What was seen of one epoch.
   *
   * @param epoch the epoch, from 1
   * @param deathDistance between the death sets of this snapshot and the one before
   * @param birthDistance the same of the birth sets
   * @param topologicalDistance both together
   * @param connectomeDistance between the connectomes themselves
   * @param trainLoss the training loss
   * @param stage the stage the network was in; null if not known
   */
  public record Point(
      int epoch,
      @Nullable Double deathDistance,
      @Nullable Double birthDistance,
      @Nullable Double topologicalDistance,
      @Nullable Double connectomeDistance,
      @Nullable Double trainLoss,
      @Nullable String stage) {}

  /**
   * That a stage began.
   *
   * @param stage its name
   * @param epoch its first epoch
   */
  public record Stage(String stage, int epoch) {}

  /**
   * The same training without stopping.
   *
   * @param name its name
   * @param state COMPLETED unless something went wrong
   * @param finalEpoch the last epoch trained
   * @param testAccuracy at the end of the budget, 0 .. 1
   * @param trainingSeconds spent in training steps
   */
  public record Reference(
      String name,
      String state,
      int finalEpoch,
      @Nullable Double testAccuracy,
      double trainingSeconds) {}
}
