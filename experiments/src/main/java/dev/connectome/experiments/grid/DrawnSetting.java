package dev.connectome.experiments.grid;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.protos.trainer.v1.ModelSpec;
import dev.connectome.protos.trainer.v1.OptimizerSpec;
import dev.connectome.protos.trainer.v1.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A setting drawn at random. The draw is wide enough to have trainings that start slowly, hardly
 * learn, or learn their labels by heart: a few hundred to 30,000 updates in all, learning rates
 * over more than a decade, warm-ups, up to half of the labels wrong.
 *
 * @param id names the draw and the place in it
 */
public record DrawnSetting(String id, String folder, TrainingSpec prototype) implements Setting {

  private static final List<List<Integer>> WIDTHS =
      List.of(
          List.of(64),
          List.of(256),
          List.of(64, 32),
          List.of(128, 64),
          List.of(256, 128),
          List.of(96, 96, 96));
  private static final List<Integer> SAMPLES = List.of(1_000, 1_500, 2_500, 4_000, 6_000);
  private static final List<Integer> BATCHES = List.of(20, 32, 50, 50, 100, 200, 500);
  private static final List<Double> NOISE = List.of(0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5);

  private static final List<Double> MIXUP = List.of(0.2, 0.4, 1.0);
  private static final List<Double> IMBALANCE = List.of(3.0, 10.0);

  /** As many as a data set of 6,000 images has if its classes are uneven. */
  private static final int MOST_SAMPLES_OF_UNEVEN = 1_500;

  /** LeNet-5 is slow on a processor: it gets few images. */
  private static final int MOST_SAMPLES_OF_LENET = 2_500;

  @Override
  public TrainingSpec.Builder spec() {
    return prototype.toBuilder();
  }

  /** The first settings of a draw; a longer draw with the same seed begins with the same ones. */
  public static List<Setting> draw(long seed, int count) {
    var random = new Random(seed);
    List<Setting> settings = new ArrayList<>();
    IntStream.rangeClosed(1, count).forEach(number -> settings.add(one(seed, number, random)));
    return List.copyOf(settings);
  }

  /**
   * The settings of {@link #draw}, most of them changed further: images that are mixed or moved,
   * labels that are smoothed, classes that are uneven. Has names of its own.
   */
  public static List<Setting> drawWide(long seed, int count) {
    // Numbers of its own: the plain draw stays what it is.
    var random = new Random(~seed);
    List<Setting> settings = new ArrayList<>();
    for (Setting plain : draw(seed, count)) {
      settings.add(
          new DrawnSetting("wide-" + plain.id(), plain.folder(), changed(plain.spec(), random)));
    }
    return List.copyOf(settings);
  }

  private static TrainingSpec changed(TrainingSpec.Builder spec, Random random) {
    if (chance(random, 0.3)) {
      spec.getAugmentationBuilder().setMixup(pick(random, MIXUP));
    }
    if (chance(random, 0.3)) {
      spec.getAugmentationBuilder().setLabelSmoothing(0.1);
    }
    if (chance(random, 0.3)) {
      spec.getAugmentationBuilder().setShift(2);
    }
    if (chance(random, 0.2)) {
      int samples = Math.min(spec.getData().getTrainSamples(), MOST_SAMPLES_OF_UNEVEN);
      spec.getDataBuilder().setClassImbalance(pick(random, IMBALANCE)).setTrainSamples(samples);
    }
    return spec.build();
  }

  private static DrawnSetting one(long seed, int number, Random random) {
    DataSet dataSet = pick(random, List.of(DataSet.values()));
    boolean convolutional = chance(random, 0.15);
    int samples = pick(random, SAMPLES);
    TrainingSpec.Builder spec =
        TrainingSpec.newBuilder()
            .setModel(model(convolutional, random))
            .setOptimizer(optimizer(random))
            .setBatchSize(pick(random, BATCHES))
            .setTestEveryEpochs(1)
            .setData(
                DataSpec.newBuilder()
                    .setTrainSamples(
                        convolutional ? Math.min(samples, MOST_SAMPLES_OF_LENET) : samples)
                    .setLabelNoise(pick(random, NOISE)));
    return new DrawnSetting("draw-%d-%03d".formatted(seed, number), dataSet.folder(), spec.build());
  }

  private static ModelSpec.Builder model(boolean convolutional, Random random) {
    ModelSpec.Builder model = ModelSpec.newBuilder();
    if (convolutional) {
      model.setName("lenet5");
    } else {
      model.setName("mlp").addAllHiddenWidths(pick(random, WIDTHS));
      if (chance(random, 0.15)) {
        model.setBatchNorm(true);
      }
    }
    if (chance(random, 0.25)) {
      model.setDropout(0.25);
    }
    return model;
  }

  private static OptimizerSpec.Builder optimizer(Random random) {
    boolean adam = random.nextBoolean();
    OptimizerSpec.Builder optimizer =
        OptimizerSpec.newBuilder()
            .setName(adam ? "adam" : "sgd")
            .setLearningRate(adam ? between(random, 1e-4, 2e-3) : between(random, 2e-3, 5e-2));
    if (!adam) {
      optimizer.setMomentum(0.9);
    }
    if (chance(random, 0.25)) {
      optimizer.setWeightDecay(5e-4);
    }
    if (chance(random, 0.25)) {
      optimizer.getScheduleBuilder().setName("cosine");
    }
    if (chance(random, 0.15)) {
      optimizer.getScheduleBuilder().setWarmUpEpochs(5);
    }
    return optimizer;
  }

  private static <T> T pick(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static boolean chance(Random random, double probability) {
    return random.nextDouble() < probability;
  }

  /** Uniform in the logarithm, two significant digits. */
  private static double between(Random random, double low, double high) {
    double value = low * Math.pow(high / low, random.nextDouble());
    double unit = Math.pow(10, Math.floor(Math.log10(value)) - 1);
    return Math.round(value / unit) * unit;
  }
}
