package dev.connectome.experiments.grid;

import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;

/** Everything about a training but its seed and its length. */
public interface Setting {
  /** The optimisers that the method's authors used, each with their steps. */
  List<String> OPTIMIZERS = List.of("sgd", "adam");

  /** Unique among settings; a part of the names of runs. */
  String id();

  /** What the folder with its images is called. */
  String folder();

  /** The training, without data folder, seed and epochs. */
  TrainingSpec.Builder spec();

  /**
   * What all published trainings have in common: batches of 50, a test after each epoch, and the
   * steps of the optimiser.
   *
   * @param optimizer {@code sgd} with step 0.01 and momentum 0.9, or {@code adam} with step 0.0003
   */
  static TrainingSpec.Builder training(String optimizer) {
    OptimizerSpec.Builder steps = OptimizerSpec.newBuilder().setName(optimizer);
    if (optimizer.equals("sgd")) {
      steps.setLearningRate(0.01).setMomentum(0.9);
    } else {
      steps.setLearningRate(0.0003);
    }
    return TrainingSpec.newBuilder().setOptimizer(steps).setBatchSize(50).setTestEveryEpochs(1);
  }
}
