package dev.connectome.experiments.grid;

import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.List;
import java.util.Locale;

/** One change to the published training. */
public enum Variant {
  /** None: the published training. */
  BASE,
  /** Three times the learning rate. */
  FAST,
  /** A third of the learning rate. */
  SLOW,
  /** Dropout of 0.3. */
  DROPOUT,
  /** Twice as many neurons in each hidden layer. */
  WIDE,
  /** A third hidden layer, half as wide as the second. */
  DEEP,
  /** Half as many neurons in each hidden layer. */
  NARROW,
  /** Weight decay of 0.001. */
  DECAY,
  /** A learning rate that falls to 0 along half a cosine. */
  COSINE,
  /** A warm-up of five epochs. */
  WARMUP,
  /** Batch-normalised hidden layers. */
  NORM,
  /** A tenth of each label spread over all classes. */
  SMOOTH,
  /** Images mixed in pairs. */
  MIXUP,
  /** Images moved by up to two pixels. */
  SHIFT,
  /** Ten times more images of the first class than of the last. */
  UNEVEN,
  /** A small convolutional network, LeNet-5, on fewer images. */
  LENET;

  /** Convolutions are slow on a processor. */
  private static final int SAMPLES_OF_LENET = 1_500;

  /** As many as a data set of 6,000 images has if its classes are uneven. */
  private static final int SAMPLES_OF_UNEVEN = 2_000;

  private static final double RATE_FACTOR = 3;

  /** The name in setting ids. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Changes the published training, with widths and learning rate set. */
  void apply(TrainingSpec.Builder spec) {
    List<Integer> widths = List.copyOf(spec.getModel().getHiddenWidthsList());
    double learningRate = spec.getOptimizer().getLearningRate();
    switch (this) {
      case BASE -> {}
      case NARROW -> widths(spec, widths.stream().map(width -> width / 2).toList());
      case WIDE -> widths(spec, widths.stream().map(width -> width * 2).toList());
      case DEEP ->
          spec.getModelBuilder().addHiddenWidths(Math.max(2, widths.get(widths.size() - 1) / 2));
      case SLOW -> spec.getOptimizerBuilder().setLearningRate(learningRate / RATE_FACTOR);
      case FAST -> spec.getOptimizerBuilder().setLearningRate(learningRate * RATE_FACTOR);
      case DROPOUT -> spec.getModelBuilder().setDropout(0.3);
      case DECAY -> spec.getOptimizerBuilder().setWeightDecay(0.001);
      case COSINE -> spec.getOptimizerBuilder().getScheduleBuilder().setName("cosine");
      case WARMUP -> spec.getOptimizerBuilder().getScheduleBuilder().setWarmUpEpochs(5);
      case NORM -> spec.getModelBuilder().setBatchNorm(true);
      case SMOOTH -> spec.getAugmentationBuilder().setLabelSmoothing(0.1);
      case MIXUP -> spec.getAugmentationBuilder().setMixup(0.4);
      case SHIFT -> spec.getAugmentationBuilder().setShift(2);
      case UNEVEN -> spec.getDataBuilder().setClassImbalance(10).setTrainSamples(SAMPLES_OF_UNEVEN);
      case LENET -> {
        spec.getModelBuilder().clear().setName("lenet5");
        spec.getDataBuilder().setTrainSamples(SAMPLES_OF_LENET);
      }
    }
  }

  private static void widths(TrainingSpec.Builder spec, List<Integer> widths) {
    spec.getModelBuilder().clearHiddenWidths().addAllHiddenWidths(widths);
  }
}
