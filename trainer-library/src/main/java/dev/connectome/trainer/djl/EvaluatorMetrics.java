package dev.connectome.trainer.djl;

import ai.djl.training.Trainer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The evaluations of a trainer under the names that stopping policies know: {@code trainLoss},
 * {@code validationLoss}, {@code trainAccuracy}, {@code validationAccuracy}; other evaluators by
 * their own names. They are there if the training has DJL's {@code EvaluatorTrainingListener}, as
 * {@code TrainingListener.Defaults} do.
 */
final class EvaluatorMetrics {

  private static final Map<String, String> SPLITS =
      Map.of("train_", "train", "validate_", "validation");

  private EvaluatorMetrics() {}

  /**
   * What was measured in the epoch that has just ended; numbers that are not finite are left out.
   */
  static Map<String, Double> of(Trainer trainer) {
    Map<String, Float> evaluations = trainer.getTrainingResult().getEvaluations();
    Map<String, Double> metrics = new TreeMap<>();
    if (evaluations == null) {
      return metrics;
    }
    evaluations.forEach(
        (key, value) ->
            SPLITS.forEach(
                (prefix, split) -> {
                  if (key.startsWith(prefix) && value != null && Float.isFinite(value)) {
                    metrics.put(
                        split + capitalised(key.substring(prefix.length())), (double) value);
                  }
                }));
    return metrics;
  }

  private static String capitalised(String name) {
    return name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
