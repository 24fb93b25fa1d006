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
import org.jspecify.annotations.Nullable;

/**
 * What one training did, as it is kept for replay.
 *
 * @param setting the id of its setting
 * @param seed its seed
 * @param heldOut whether some images were held out for a validation loss
 * @param epochs how many epochs were trained
 * @param seconds time spent in training
 * @param series a value an epoch from epoch 1, null where there is none, by name of the series
 * @param decisions what the rules that watched it decided, by their ids; null for one that never
 *     said stop
 * @param stages the first epoch of each stage reached, by its name
 * @param definition that of the trial; empty in a file from before definitions were kept
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
    @JsonSetter(nulls = Nulls.AS_EMPTY) String definition) {
  /** Accuracy on the test images. */
  public static final String ACCURACY = "testAccuracy";

  /**
   * That a rule said stop.
   *
   * @param stop the epoch that decided
   * @param keep the epoch whose weights are kept
   */
  public record Decision(int stop, int keep) {}

  public RecordedRun {
    Map<String, List<@Nullable Double>> copy = new LinkedHashMap<>();
    series.forEach(
        (name, values) -> copy.put(name, Collections.unmodifiableList(new ArrayList<>(values))));
    series = Collections.unmodifiableMap(copy);
    decisions = Collections.unmodifiableMap(new LinkedHashMap<>(decisions));
    stages = Collections.unmodifiableMap(new LinkedHashMap<>(stages));
  }

  /** The same for two records of one training, and for no others. */
  String key() {
    return "%s/%d/%d/%s".formatted(setting, seed, epochs, heldOut);
  }

  /** The value of a series at an epoch; empty where there is none. */
  public OptionalDouble at(String name, int epoch) {
    List<@Nullable Double> values = series.getOrDefault(name, List.of());
    Double value = epoch <= values.size() ? values.get(epoch - 1) : null;
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /**
   * The accuracy after an epoch.
   *
   * @throws IllegalArgumentException if it was not measured then
   */
  public double accuracy(int epoch) {
    return at(ACCURACY, epoch)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s, seed %d has no accuracy at epoch %d".formatted(setting, seed, epoch)));
  }

  /** The best accuracy of any epoch: known in hindsight only. */
  @JsonIgnore
  public double bestAccuracy() {
    return series.getOrDefault(ACCURACY, List.of()).stream()
        .filter(value -> value != null)
        .mapToDouble(Double::doubleValue)
        .max()
        .orElseThrow(() -> new IllegalArgumentException(setting + " has no accuracy"));
  }
}
