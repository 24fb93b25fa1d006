package dev.connectome.trainer.service.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.connectome.protos.trainer.v1.AugmentationSpec;
import dev.connectome.protos.trainer.v1.DataSpec;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.ImageBatches.Batch;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AugmentationTest {

  private static final int SIDE = 3;
  private static final int IMAGES = 40;

  /** Colour images whose pixels all differ, without black; image i has the class i modulo 4. */
  private final ImageBatches images = images();

  private static ImageBatches images() {
    int size = 3 * SIDE * SIDE;
    var pixels = new byte[IMAGES * size];
    var labels = new byte[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      for (int p = 0; p < size; p++) {
        pixels[i * size + p] = (byte) (1 + i + 5 * p);
      }
      labels[i] = (byte) (i % 4);
    }
    var read = new LabelledImages(new ImageShape(3, SIDE, SIDE), 4, pixels, labels);
    int[] all = IntStream.range(0, IMAGES).toArray();
    return new ImageBatches(read, all, labels, Moments.of(read, all));
  }

  private Batch batch(AugmentationSpec.Builder spec, long seed) throws UserException {
    int[] all = IntStream.range(0, IMAGES).toArray();
    return images.batch(
        all,
        0,
        IMAGES,
        images.allocate(IMAGES),
        new Augmentation(spec.build(), images),
        new Random(seed));
  }

  private static float[] values(Batch batch, int image) {
    var values = new float[3 * SIDE * SIDE];
    batch.values().asFloatBuffer().get(image * values.length, values);
    return values;
  }

  private float[] moved(float[] image, int down, int right, boolean mirrored) {
    var moved = new float[image.length];
    for (int p = 0; p < image.length; p++) {
      int channel = p / (SIDE * SIDE);
      int y = p / SIDE % SIDE - down;
      int x = (mirrored ? SIDE - 1 - p % SIDE : p % SIDE) - right;
      boolean outside = Math.min(x, y) < 0 || Math.max(x, y) >= SIDE;
      moved[p] = outside ? images.black()[channel] : image[(channel * SIDE + y) * SIDE + x];
    }
    return moved;
  }

  /** Whatever their number, which decides how the buffer is aligned. */
  @Test
  void aBufferHoldsAsManyImagesAsItWasAllocatedFor() {
    for (int count = 1; count <= IMAGES; count++) {
      int[] some = IntStream.range(0, count).toArray();
      assertThat(images.batch(some, 0, count, images.allocate(count)).count()).isEqualTo(count);
    }
  }

  @Test
  void anEmptySpecChangesNothing() throws Exception {
    Batch plain = batch(AugmentationSpec.newBuilder(), 1);

    int[] all = IntStream.range(0, IMAGES).toArray();
    Batch expected = images.batch(all, 0, IMAGES, images.allocate(IMAGES));
    assertThat(plain.values()).isEqualTo(expected.values());
    assertThat(plain.targets()).isEmpty();
  }

  @Test
  void everyImageIsMovedAndMirroredInOneOfTheWaysAndAllOfThemOccur() throws Exception {
    Batch plain = batch(AugmentationSpec.newBuilder(), 1);
    Set<String> ways = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      Batch changed = batch(AugmentationSpec.newBuilder().setShift(1).setFlip(true), seed);
      assertThat(changed.classes()).isEqualTo(plain.classes());
      for (int i = 0; i < IMAGES; i++) {
        ways.add(way(values(plain, i), values(changed, i)));
      }
    }
    assertThat(ways).hasSize(3 * 3 * 2);
  }

  private String way(float[] from, float[] to) {
    for (int way = 0; way < 18; way++) {
      int down = way / 6 - 1;
      int right = way / 2 % 3 - 1;
      if (Arrays.equals(to, moved(from, down, right, way % 2 == 1))) {
        return "%d down, %d right, mirrored %b".formatted(down, right, way % 2 == 1);
      }
    }
    throw new AssertionError("neither moved nor mirrored: " + Arrays.toString(to));
  }

  @Test
  void labelSmoothingSpreadsAShareOfEachLabelOverAllClasses() throws Exception {
    Batch smooth = batch(AugmentationSpec.newBuilder().setLabelSmoothing(0.2), 1);

    assertThat(smooth.targets()).hasSize(4 * IMAGES);
    for (int i = 0; i < smooth.targets().length; i++) {
      assertThat(smooth.targets()[i]).isCloseTo(i / 4 % 4 == i % 4 ? 0.85f : 0.05f, within(1e-6f));
    }
  }

  @Test
  void mixupMixesImagesAndLabelsInTheSameSharesAndTheLargerPartGivesTheClass() throws Exception {
    Batch plain = batch(AugmentationSpec.newBuilder(), 1);
    Batch mixed = batch(AugmentationSpec.newBuilder().setMixup(1), 5);

    double share = partners(plain, mixed);
    assertThat(share).isBetween(0.5, 0.999);
    assertThat(mixed.classes()).isEqualTo(plain.classes());
  }

  /** Finds each image's partner by its labels and pixels; returns the share of the image itself. */
  private static double partners(Batch plain, Batch mixed) {
    double share = 0;
    for (int i = 0; i < IMAGES; i++) {
      int other = partner(plain, mixed, i);
      float label = mixed.targets()[i * 4 + i % 4];
      if (other % 4 != i % 4) {
        share = label;
      } else {
        assertThat(label).isCloseTo(1, within(1e-5f));
      }
    }
    return share;
  }

  private static int partner(Batch plain, Batch mixed, int image) {
    float[] own = values(plain, image);
    float[] seen = values(mixed, image);
    float share = share(mixed);
    for (int other = 0; other < IMAGES; other++) {
      float[] partner = values(plain, other);
      boolean fits = true;
      for (int p = 0; p < own.length && fits; p++) {
        fits = Math.abs(share * own[p] + (1 - share) * partner[p] - seen[p]) < 1e-4;
      }
      if (fits) {
        return other;
      }
    }
    throw new AssertionError("image " + image + " is no mixture");
  }

  /** The share of the larger part, from a label that is a mixture. */
  private static float share(Batch mixed) {
    for (int i = 0; i < IMAGES; i++) {
      float label = mixed.targets()[i * 4 + i % 4];
      if (label < 0.999) {
        return label;
      }
    }
    throw new AssertionError("no label is a mixture");
  }

  @Test
  void sharesOfMixupHaveTheBetaDistribution() {
    var random = new Random(1);
    for (double parameter : new double[] {0.2, 1, 4}) {
      double variance =
          IntStream.range(0, 20_000)
              .mapToDouble(i -> Augmentation.largerShare(parameter, random) - 0.5)
              .map(deviation -> deviation * deviation)
              .average()
              .orElseThrow();

      assertThat(variance).isCloseTo(1 / (4 * (2 * parameter + 1)), within(0.004));
    }
    assertThat(Augmentation.largerShare(1e-3, random)).isBetween(0.5f, 1f);
  }

  @Test
  void theSameRandomNumbersChangeAMiniBatchTheSameWay() throws Exception {
    AugmentationSpec.Builder spec =
        AugmentationSpec.newBuilder().setShift(1).setMixup(0.4).setLabelSmoothing(0.1);

    assertThat(batch(spec, 3).values()).isEqualTo(batch(spec, 3).values());
    assertThat(batch(spec, 3).targets()).isEqualTo(batch(spec, 3).targets());
    assertThat(batch(spec, 4).values()).isNotEqualTo(batch(spec, 3).values());
  }

  @Test
  void aShiftThatMovesImagesOutOfSightIsRefused() {
    assertThatThrownBy(() -> batch(AugmentationSpec.newBuilder().setShift(3), 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("3 × 3 pixels out of sight; choose less than 3");
  }

  @Test
  void anImbalancedDataSetHasFewerAndFewerImagesOfEachClass() throws Exception {
    var spec = DataSpec.newBuilder().setTrainSamples(6_000).setClassImbalance(16);
    ImageBatches train = TrainingData.load(spec.build(), 1, Optional.empty()).train();

    int[] all = IntStream.range(0, train.count()).toArray();
    var counts = new int[10];
    for (long label : train.batch(all, 0, all.length, train.allocate(all.length)).classes()) {
      counts[(int) label]++;
    }
    for (int label = 0; label < 10; label++) {
      assertThat((double) counts[label] / counts[0])
          .isCloseTo(Math.pow(16, -label / 9.0), within(0.1));
    }
    assertThat(counts[9]).isPositive();
  }
}
