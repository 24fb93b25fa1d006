package dev.connectome.experiments.grid;

import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;

/** Everything about a training except its seed and length. */
public interface Setting {
  /** The optimisers used by the method's authors. */
  List<String> OPTIMIZERS = List.of("sgd", "adam");

  /** Unique among settings; part of run names. */
  String id();

  /** The folder of its images. */
  String folder();

  /** The training spec without data folder, seed and epochs. */
  TrainingSpec.Builder spec();

  /**
   * What all published trainings share: batches of 50, a test after each epoch, and the optimiser.
   *
   * @param optimizer {@code sgd} with learning rate 0.01 and momentum 0.9, or {@code adam} with
   *     0.0003
   */
  static TrainingSpec.Builder training(String optimizer) {
    OptimizerSpec.Builder spec = OptimizerSpec.newBuilder().setName(optimizer);
    if (optimizer.equals("sgd")) {
      spec.setLearningRate(0.01).setMomentum(0.9);
    } else {
      spec.setLearningRate(0.0003);
    }
    return TrainingSpec.newBuilder().setOptimizer(spec).setBatchSize(50).setTestEveryEpochs(1);
  }
}
