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
 * What a run learns from and is judged by.
 *
 * @param train images to learn from
 * @param validation images held out of the training images; empty if none are
 * @param test images that play no part in the training
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
   * @param spec which data
   * @param seed decides which training images are used, held out and mislabelled
   * @param defaultDirectory where the files are if the spec names no folder; empty for the embedded
   *     data set
   * @return the data
   * @throws UserException if the files are missing or damaged
   */
  public static TrainingData load(DataSpec spec, long seed, Optional<Path> defaultDirectory)
      throws UserException {
    DataFiles.Parts parts = read(spec, defaultDirectory);
    LabelledImages train = parts.train();
    LabelledImages test = parts.test();
    if (!train.shape().equals(test.shape())) {
      throw new UserException(
          "training images are of %s values but test images of %s; give files of one data set"
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
          "data format %s needs a folder, and neither the run nor the trainer names one; set the run's data directory"
              .formatted(spec.getFormat()));
    }
    return DataFiles.read(directory.get(), spec.getFormat(), spec.getImageSize());
  }

  private static int wanted(DataSpec spec, int available) {
    return spec.hasTrainFraction()
        ? Math.max(2, (int) Math.round(spec.getTrainFraction() * available))
        : spec.getTrainSamples();
  }

  private static TrainingData split(
      LabelledImages images, LabelledImages testImages, DataSpec spec, Random random) {
    int[] chosen = shuffled(images.count(), random);
    chosen = Arrays.copyOf(chosen, Math.min(images.count(), wanted(spec, images.count())));
    var labels = new byte[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      boolean replaced = random.nextDouble() < spec.getLabelNoise();
      byte other = (byte) random.nextInt(images.classes());
      labels[i] = replaced ? other : images.labels()[chosen[i]];
    }
    int held = (int) Math.round(spec.getValidationFraction() * chosen.length);
    int kept = chosen.length - held;
    Moments[] moments = Moments.of(images, Arrays.copyOf(chosen, kept));
    return new TrainingData(
        batches(images, Arrays.copyOf(chosen, kept), Arrays.copyOf(labels, kept), moments),
        held == 0
            ? Optional.empty()
            : Optional.of(
                batches(
                    images,
                    Arrays.copyOfRange(chosen, kept, chosen.length),
                    Arrays.copyOfRange(labels, kept, chosen.length),
                    moments)),
        batches(
            testImages,
            IntStream.range(0, testImages.count()).toArray(),
            testImages.labels(),
            moments));
  }

  private static ImageBatches batches(
      LabelledImages images, int[] members, byte[] labels, Moments[] moments) {
    return new ImageBatches(images, members, labels, moments);
  }

  /**
   * A random order.
   *
   * @param count how many places
   * @param random what it depends on
   * @return 0 to count-1, each once
   */
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
