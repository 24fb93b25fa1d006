package dev.connectome.experiments.recording;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one training did, as recorded for replay.
 *
 * @param setting the id of its setting
 * @param epochs that were trained
 * @param seconds of training time
 * @param series a value per epoch from epoch 1, null if there is none, by name
 * @param decisions of the rules that watched it, by id; null for one that never said stop
 * @param stages the first epoch of each stage reached, by name
 * @param definition that of the trial; empty in files from before definitions were recorded
 * @param updatesPerEpoch updates of the weights in an epoch; 0 in files that do not tell
 * @param warmUpEpochs length of the warm-up
 */
public record RecordedRun(
    String setting,
    int seed,
    boolean heldOut,
    int epochs,
    double seconds,
    Map<String, List<@Nullable Double>> series,
    Map<String, @Nullable Decision> decisions,
    Map<String, Integer> stages,
    @JsonSetter(nulls = Nulls.AS_EMPTY) String definition,
    int updatesPerEpoch,
    double warmUpEpochs) {
  /** Accuracy on the test images. */
  public static final String ACCURACY = "testAccuracy";

  /** Accuracy on the test images with the moving average of the weights. */
  public static final String AVERAGED_ACCURACY = "averagedTestAccuracy";

  /** Which weights are kept of an epoch. */
  public enum Weights {
    /** Those that the epoch ended with. */
    OWN(ACCURACY),
    /** Their moving average. */
    AVERAGED(AVERAGED_ACCURACY);

    private final String accuracy;

    Weights(String accuracy) {
      this.accuracy = accuracy;
    }
  }

  /** A rule said stop after one epoch, and keeps the weights of the same or an earlier one. */
  public record Decision(int stop, int keep) {}

  public RecordedRun {
    Map<String, List<@Nullable Double>> copy = new LinkedHashMap<>();
    series.forEach(
        (name, values) -> copy.put(name, Collections.unmodifiableList(new ArrayList<>(values))));
    series = Collections.unmodifiableMap(copy);
    decisions = Collections.unmodifiableMap(new LinkedHashMap<>(decisions));
    stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
  }

  /** Equal only for two records of the same training. */
  String key() {
    return "%s/%d/%d/%s".formatted(setting, seed, epochs, heldOut);
  }

  /** The value of a series at an epoch; empty if there is none. */
  public OptionalDouble at(String name, int epoch) {
    List<@Nullable Double> values = series.getOrDefault(name, List.of());
    Double value = epoch <= values.size() ? values.get(epoch - 1) : null;
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Whether the accuracy with these weights was measured after every epoch. */
  public boolean has(Weights weights) {
    return IntStream.rangeClosed(1, epochs)
        .allMatch(epoch -> at(weights.accuracy, epoch).isPresent());
  }

  /**
   * The test accuracy of an epoch's weights.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  public double accuracy(Weights weights, int epoch) {
    return at(weights.accuracy, epoch)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s, seed %d has no %s at epoch %d"
                        .formatted(setting, seed, weights.accuracy, epoch)));
  }

  /** The best test accuracy of any epoch's own weights, known only in hindsight. */
  @JsonIgnore
  public double bestAccuracy() {
    return series.getOrDefault(ACCURACY, List.of()).stream()
        .filter(value -> value != null)
        .mapToDouble(Double::doubleValue)
        .max()
        .orElseThrow(() -> new IllegalArgumentException(setting + " has no accuracy"));
  }
}
