package dev.connectome.trainer.service.data;

import dev.connectome.protos.trainer.v1.AugmentationSpec;
import dev.connectome.trainer.service.UserException;
import dev.connectome.trainer.service.data.ImageBatches.Batch;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * Changes mini-batches for the training: moves and mirrors images, mixes them, and softens their
 * labels. What is drawn comes from the random numbers that are passed in, so that the same
 * mini-batch of the same epoch is always changed the same way. Immutable; may be used by any
 * thread.
 */
public final class Augmentation {

  private final AugmentationSpec spec;
  private final ImageShape shape;
  private final int classes;
  private final float[] black;

  /**
   * What a spec asks for, for the images of a split.
   *
   * @throws UserException if it moves images out of sight
   */
  public Augmentation(AugmentationSpec spec, ImageBatches images) throws UserException {
    int side = Math.min(images.shape().rows(), images.shape().columns());
    if (spec.getShift() >= side) {
      throw new UserException(
          "augmentation.shift is %d, which moves images of %d × %d pixels out of sight; choose less than %d"
              .formatted(spec.getShift(), images.shape().rows(), images.shape().columns(), side));
    }
    this.spec = spec;
    this.shape = images.shape();
    this.classes = images.classes();
    this.black = images.black();
  }

  /** Whether labels are shares of the classes rather than classes. */
  public static boolean isSoft(AugmentationSpec spec) {
    return spec.getMixup() > 0 || spec.getLabelSmoothing() > 0;
  }

  /** Changes the values of a mini-batch where they are, and gives it soft labels if it has any. */
  Batch apply(Batch batch, Random random) {
    if (spec.getShift() > 0 || spec.getFlip()) {
      move(batch, random);
    }
    return isSoft(spec) ? soften(batch, random) : batch;
  }

  private void move(Batch batch, Random random) {
    FloatBuffer values = batch.values().asFloatBuffer();
    var from = new float[shape.size()];
    var to = new float[shape.size()];
    for (int i = 0; i < batch.count(); i++) {
      int down = random.nextInt(2 * spec.getShift() + 1) - spec.getShift();
      int right = random.nextInt(2 * spec.getShift() + 1) - spec.getShift();
      boolean mirrored = spec.getFlip() && random.nextBoolean();
      values.get(i * from.length, from);
      move(from, to, down, right, mirrored);
      values.put(i * to.length, to);
    }
  }

  /** What comes in from outside is black. */
  private void move(float[] from, float[] to, int down, int right, boolean mirrored) {
    int target = 0;
    for (int channel = 0; channel < shape.channels(); channel++) {
      int plane = channel * shape.rows() * shape.columns();
      for (int row = 0; row < shape.rows(); row++) {
        for (int column = 0; column < shape.columns(); column++, target++) {
          int y = row - down;
          int x = (mirrored ? shape.columns() - 1 - column : column) - right;
          boolean inside = y >= 0 && y < shape.rows() && x >= 0 && x < shape.columns();
          to[target] = inside ? from[plane + y * shape.columns() + x] : black[channel];
        }
      }
    }
  }

  private Batch soften(Batch batch, Random random) {
    long[] labels = batch.classes();
    float share = spec.getMixup() > 0 ? largerShare(spec.getMixup(), random) : 1;
    int[] partners = TrainingData.shuffled(labels.length, random);
    float rest = (float) spec.getLabelSmoothing() / classes;
    float weight = 1 - (float) spec.getLabelSmoothing();
    var targets = new float[labels.length * classes];
    Arrays.fill(targets, rest);
    for (int i = 0; i < labels.length; i++) {
      targets[i * classes + (int) labels[i]] += weight * share;
      targets[i * classes + (int) labels[partners[i]]] += weight * (1 - share);
    }
    if (share < 1) {
      mix(batch, partners, share);
    }
    return new Batch(batch.values(), labels, targets);
  }

  private void mix(Batch batch, int[] partners, float share) {
    FloatBuffer values = batch.values().asFloatBuffer();
    int size = shape.size();
    var all = new float[batch.count() * size];
    values.get(0, all);
    var mixed = new float[size];
    for (int i = 0; i < batch.count(); i++) {
      for (int p = 0; p < size; p++) {
        mixed[p] = share * all[i * size + p] + (1 - share) * all[partners[i] * size + p];
      }
      values.put(i * size, mixed);
    }
  }

  /** The larger of x and 1 - x, where x has the beta distribution with two equal parameters. */
  static float largerShare(double parameter, Random random) {
    double one = logGamma(parameter, random);
    double odds = one - logGamma(parameter, random);
    return (float) (1 / (1 + Math.exp(-Math.abs(odds))));
  }

  /** The logarithm of a number with the gamma distribution, after Marsaglia and Tsang (2000). */
  private static double logGamma(double parameter, Random random) {
    double raised = parameter < 1 ? parameter + 1 : parameter;
    double d = raised - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double normal = random.nextGaussian();
      double v = Math.pow(1 + c * normal, 3);
      double logUniform = Math.log(1 - random.nextDouble());
      if (v > 0 && logUniform < normal * normal / 2 + d - d * v + d * Math.log(v)) {
        double boost = parameter < 1 ? Math.log(1 - random.nextDouble()) / parameter : 0;
        return Math.log(d * v) + boost;
      }
    }
  }
}
