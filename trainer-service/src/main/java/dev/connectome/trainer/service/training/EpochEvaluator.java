package dev.connectome.trainer.service.training;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import dev.connectome.trainer.service.data.TrainingData;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Adds the metrics of a network to those that its training gave. */
final class EpochEvaluator {

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

  /** Adds the metrics that the run's specification asks for after an epoch. */
  void evaluate(Block network, int epoch, Map<String, Double> metrics) {
    data.validation()
        .ifPresent(
            split -> {
              Evaluation validation = Evaluation.of(network, split, inference);
              metrics.put("validationLoss", validation.loss());
              metrics.put("validationAccuracy", validation.accuracy());
            });
    if (spec.getPredictionChanges()) {
      predictions
          .count(network)
          .ifPresent(changed -> metrics.put("changedPredictions", (double) changed));
    }
    int every = spec.getTestEveryEpochs();
    if (every > 0 && epoch % every == 0) {
      put(Evaluation.of(network, data.test(), inference), metrics);
    }
  }

  /**
   * Adds the metrics on the test images.
   *
   * @return false if it was given up because of the deadline
   */
  boolean test(Block network, BooleanSupplier deadlineNear, Map<String, Double> metrics) {
    Optional<Evaluation> test = Evaluation.of(network, data.test(), inference, deadlineNear);
    test.ifPresent(evaluation -> put(evaluation, metrics));
    return test.isPresent();
  }

  private static void put(Evaluation test, Map<String, Double> metrics) {
    metrics.put("testLoss", test.loss());
    metrics.put("testAccuracy", test.accuracy());
  }
}
