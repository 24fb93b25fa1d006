package dev.connectome.trainer.djl;

import ai.djl.training.Trainer;
import java.util.Map;
import java.util.TreeMap;

/**
 * The evaluations of a trainer, under the names that stopping policies use: {@code trainLoss},
 * {@code validationLoss}, {@code trainAccuracy}, {@code validationAccuracy}; other evaluators
 * likewise by their own names. They need DJL's {@code EvaluatorTrainingListener}, which is part of
 * {@code TrainingListener.Defaults}.
 */
final class EvaluatorMetrics {

  private static final Map<String, String> SPLITS =
      Map.of("train_", "train", "validate_", "validation");

  private EvaluatorMetrics() {}

  /** Metrics of the epoch that has just ended, without those that are not finite. */
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
                        split + capitalized(key.substring(prefix.length())), (double) value);
                  }
                }));
    return metrics;
  }

  private static String capitalized(String name) {
    return name.isEmpty() ? name : Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
