package dev.connectome.trainer.service.data;

import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The splits of a run's data.
 *
 * @param validation images held out of the training images; empty if there are none
 */
public record TrainingData(
    ImageBatches train, Optional<ImageBatches> validation, ImageBatches test) {

  private static final int EMBEDDED_TRAIN = 6_000;
  private static final int EMBEDDED_TEST = 2_000;
  private static final int MAX_EMBEDDED = 60_000;
  private static final long EMBEDDED_TRAIN_SEED = 28_281;
  private static final long EMBEDDED_TEST_SEED = 28_282;

  /**
   * Loads or draws the data of a run.
   *
   * @param seed decides which training images are used, held out and mislabeled
   * @param defaultDirectory the data of a spec that names no directory; empty for the embedded data
   *     set
   * @throws UserException if the files are missing or damaged
   */
  public static TrainingData load(DataSpec spec, long seed, Optional<Path> defaultDirectory)
      throws UserException {
    DataFiles.Parts parts = read(spec, defaultDirectory);
    LabelledData train = parts.train();
    LabelledData test = parts.test();
    if (!train.shape().equals(test.shape())) {
      throw new UserException(
          "training images have %s values but test images %s; give files of one data set"
              .formatted(train.shape(), test.shape()));
    }
    return split(train, test, spec, new Random(seed));
  }

  private static DataFiles.Parts read(DataSpec spec, Optional<Path> defaultDirectory)
      throws UserException {
    Optional<Path> directory =
        spec.getDirectory().isEmpty()
            ? defaultDirectory
            : Optional.of(Path.of(spec.getDirectory()));
    if (spec.getFormat().equals("embedded")
        || (directory.isEmpty() && List.of("", "auto").contains(spec.getFormat()))) {
      return new DataFiles.Parts(
          StrokeDigits.draw(
              Math.min(MAX_EMBEDDED, Math.max(EMBEDDED_TRAIN, spec.getTrainSamples())),
              EMBEDDED_TRAIN_SEED),
          StrokeDigits.draw(EMBEDDED_TEST, EMBEDDED_TEST_SEED));
    }
    if (directory.isEmpty()) {
      throw new UserException(
          "data format %s needs a directory, but neither the run nor the trainer names one; set the run's data directory"
              .formatted(spec.getFormat()));
    }
    return DataFiles.read(directory.get(), spec);
  }

  private static int sampleCount(DataSpec spec, int available) {
    return spec.hasTrainFraction()
        ? Math.max(2, (int) Math.round(spec.getTrainFraction() * available))
        : spec.getTrainSamples();
  }

  private static TrainingData split(
      LabelledData images, LabelledData testImages, DataSpec spec, Random random) {
    int[] selected = imbalanced(images, spec.getClassImbalance(), shuffled(images.count(), random));
    selected =
        Arrays.copyOf(selected, Math.min(selected.length, sampleCount(spec, selected.length)));
    var labels = new byte[selected.length];
    for (int i = 0; i < selected.length; i++) {
      boolean replaced = random.nextDouble() < spec.getLabelNoise();
      byte other = (byte) random.nextInt(images.classes());
      labels[i] = replaced ? other : images.labels()[selected[i]];
    }
    int validationCount = (int) Math.round(spec.getValidationFraction() * selected.length);
    int trainCount = selected.length - validationCount;
    Moments[] moments = images.moments(Arrays.copyOf(selected, trainCount));
    return new TrainingData(
        batches(
            images,
            Arrays.copyOf(selected, trainCount),
            Arrays.copyOf(labels, trainCount),
            moments),
        validationCount == 0
            ? Optional.empty()
            : Optional.of(
                batches(
                    images,
                    Arrays.copyOfRange(selected, trainCount, selected.length),
                    Arrays.copyOfRange(labels, trainCount, selected.length),
                    moments)),
        batches(
            testImages,
            IntStream.range(0, testImages.count()).toArray(),
            testImages.labels(),
            moments));
  }

  /**
   * Keeps all images of the first class, and of each further one a smaller share, falling
   * geometrically to {@code 1 / ratio} for the last.
   */
  private static int[] imbalanced(LabelledData images, double ratio, int[] order) {
    if (ratio <= 1 || images.classes() < 2) {
      return order;
    }
    var seen = new int[images.classes()];
    return Arrays.stream(order)
        .filter(
            image -> {
              int label = images.labels()[image] & 0xff;
              double share = Math.pow(ratio, -(double) label / (images.classes() - 1));
              int before = seen[label]++;
              return (int) (share * (before + 1)) > (int) (share * before);
            })
        .toArray();
  }

  private static ImageBatches batches(
      LabelledData images, int[] members, byte[] labels, Moments[] moments) {
    return new ImageBatches(images, members, labels, moments);
  }

  /** Returns 0 to {@code count - 1} in random order (Fisher and Yates). */
  public static int[] shuffled(int count, Random random) {
    int[] order = IntStream.range(0, count).toArray();
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    return order;
  }
}
