package dev.connectome.trainer.service.training;

import static com.google.common.base.CaseFormat.LOWER_CAMEL;
import static com.google.common.base.CaseFormat.UPPER_CAMEL;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.service.data.ImageBatches;
import dev.connectome.trainer.service.data.TrainingData;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Adds the metrics of a network to those that its training gave. */
final class EpochEvaluator {

  private static final String AVERAGED = "averaged";
  private static final String VALIDATION = "validation";
  private static final String TEST = "test";
  private static final BooleanSupplier NO_DEADLINE = () -> false;

  private final TrainingSpec spec;
  private final TrainingData data;
  private final Inference inference;
  private final PredictionChanges predictions;

  EpochEvaluator(TrainingSpec spec, TrainingData data, NDManager manager) {
    this.spec = spec;
    this.data = data;
    this.inference = new Inference(manager, data.train());
    this.predictions = new PredictionChanges(data.train(), inference);
  }

  /**
   * Adds the metrics that the run's specification asks for after an epoch.
   *
   * @param averaged the averaged network, if there is one; its metrics are told by their prefix
   */
  void evaluate(Block network, Optional<Block> averaged, int epoch, Map<String, Double> metrics) {
    validate(network, "", NO_DEADLINE, metrics);
    averaged.ifPresent(block -> validate(block, AVERAGED, NO_DEADLINE, metrics));
    if (spec.getPredictionChanges()) {
      predictions
          .count(network)
          .ifPresent(changed -> metrics.put("changedPredictions", (double) changed));
    }
    int every = spec.getTestEveryEpochs();
    if (every > 0 && epoch % every == 0) {
      test(network, "", NO_DEADLINE, metrics);
      averaged.ifPresent(block -> test(block, AVERAGED, NO_DEADLINE, metrics));
    }
  }

  /**
   * Adds the metrics on the images that are held out, if there are any.
   *
   * @param prefix tells these metrics from those of another network; possibly empty
   * @return false if it was given up because of the deadline
   */
  boolean validate(
      Block network, String prefix, BooleanSupplier deadlineNear, Map<String, Double> metrics) {
    return data.validation().isEmpty()
        || put(network, data.validation().get(), prefix, VALIDATION, deadlineNear, metrics);
  }

  /** The same on the test images. */
  boolean test(
      Block network, String prefix, BooleanSupplier deadlineNear, Map<String, Double> metrics) {
    return put(network, data.test(), prefix, TEST, deadlineNear, metrics);
  }

  private boolean put(
      Block network,
      ImageBatches images,
      String prefix,
      String split,
      BooleanSupplier deadlineNear,
      Map<String, Double> metrics) {
    Optional<Evaluation> evaluation = Evaluation.of(network, images, inference, deadlineNear);
    String name = prefix.isEmpty() ? split : prefix + LOWER_CAMEL.to(UPPER_CAMEL, split);
    evaluation.ifPresent(
        measured -> {
          metrics.put(name + "Loss", measured.loss());
          metrics.put(name + "Accuracy", measured.accuracy());
        });
    return evaluation.isPresent();
  }

  /** Whether a metric is one of those that are measured here on held-out or test images. */
  static boolean isMeasured(String metric) {
    return Stream.of(VALIDATION, TEST, AVERAGED).anyMatch(metric::startsWith);
  }
}
