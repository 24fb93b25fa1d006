package dev.connectome.trainer.service.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The embedded data set: digits drawn from strokes, as if handwritten. Each image uses one of the
 * shapes of its class, jitters the points of its strokes, distorts it with a random affine map, and
 * draws it with random pen width and contrast over noise; some images have a stray stroke. The same
 * seed gives the same images.
 */
final class StrokeDigits {

  private static final int SIZE = 28;
  private static final int CLASSES = 10;

  /**
   * Points of a stroke in the unit square, x and y alternating, y downwards. Curved strokes have
   * rounded corners.
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Stroke(boolean curved, double... points) {}

  private static final List<List<List<Stroke>>> SHAPES =
      List.of(
          List.of(
              List.of(
                  curve(
                      .5, .1, .3, .2, .24, .5, .32, .8, .5, .9, .68, .8, .76, .5, .7, .2, .5, .1)),
              List.of(
                  curve(.55, .1, .34, .25, .28, .6, .4, .88, .6, .84, .7, .5, .66, .2, .48, .12))),
          List.of(
              List.of(line(.5, .1, .5, .9)),
              List.of(line(.34, .28, .52, .1, .52, .9)),
              List.of(line(.36, .26, .5, .1, .5, .88), line(.34, .88, .66, .88))),
          List.of(
              List.of(
                  curve(.26, .28, .36, .12, .58, .1, .73, .24, .68, .42, .48, .62, .24, .88),
                  line(.24, .88, .78, .88)),
              List.of(
                  curve(
                      .28, .24, .5, .08, .72, .24, .6, .52, .36, .84, .26, .8, .36, .72, .56, .86,
                      .78, .84))),
          List.of(
              List.of(
                  curve(.27, .17, .5, .08, .71, .22, .66, .4, .46, .48),
                  curve(.46, .48, .72, .56, .75, .76, .52, .92, .25, .83)),
              List.of(
                  line(.28, .12, .72, .12, .46, .44),
                  curve(.46, .44, .74, .54, .74, .78, .5, .92, .26, .82))),
          List.of(
              List.of(line(.62, .1, .24, .62, .8, .62), line(.62, .1, .6, .92)),
              List.of(line(.3, .12, .27, .54, .76, .54), line(.7, .12, .66, .92))),
          List.of(
              List.of(
                  line(.74, .1, .32, .1, .3, .44),
                  curve(.3, .44, .54, .38, .75, .56, .72, .8, .5, .92, .25, .84)),
              List.of(
                  curve(.34, .12, .3, .46, .6, .42, .74, .66, .56, .9, .26, .86),
                  line(.34, .12, .72, .14))),
          List.of(
              List.of(
                  curve(
                      .66, .1, .42, .28, .28, .58, .32, .84, .52, .92, .71, .78, .66, .58, .48, .52,
                      .31, .64)),
              List.of(
                  curve(.5, .08, .34, .4, .3, .72, .46, .9, .66, .8, .62, .6, .44, .58, .32, .72))),
          List.of(
              List.of(line(.24, .12, .76, .12, .45, .9)),
              List.of(line(.24, .14, .74, .12, .5, .9), line(.36, .5, .68, .48)),
              List.of(line(.26, .26, .28, .12, .74, .12), curve(.74, .12, .56, .46, .5, .9))),
          List.of(
              List.of(
                  curve(
                      .5, .48, .31, .36, .34, .15, .5, .09, .67, .16, .68, .36, .5, .48, .3, .64,
                      .32, .84, .5, .92, .7, .84, .7, .63, .5, .48)),
              List.of(
                  curve(
                      .68, .18, .46, .08, .32, .24, .5, .44, .7, .68, .54, .92, .32, .78, .44, .52,
                      .66, .3, .68, .18))),
          List.of(
              List.of(
                  curve(
                      .7, .3, .54, .5, .34, .43, .3, .24, .46, .09, .66, .16, .7, .32, .68, .6, .58,
                      .92)),
              List.of(
                  curve(.68, .2, .46, .1, .32, .28, .44, .48, .66, .36, .68, .2),
                  line(.68, .2, .66, .92))));

  private final Random random;
  private final float[] ink = new float[SIZE * SIZE];

  private StrokeDigits(long seed) {
    random = new Random(seed);
  }

  /** Draws 28 × 28 images of all classes in equal numbers, in random order. */
  static LabelledImages draw(int count, long seed) {
    var digits = new StrokeDigits(seed);
    var labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % CLASSES);
    }
    for (int i = count - 1; i > 0; i--) {
      int other = digits.random.nextInt(i + 1);
      byte swapped = labels[i];
      labels[i] = labels[other];
      labels[other] = swapped;
    }
    var pixels = new byte[count * SIZE * SIZE];
    for (int i = 0; i < count; i++) {
      digits.draw(labels[i], pixels, i * SIZE * SIZE);
    }
    return new LabelledImages(new ImageShape(1, SIZE, SIZE), CLASSES, pixels, labels);
  }

  private void draw(int digit, byte[] pixels, int offset) {
    Arrays.fill(ink, 0);
    List<List<Stroke>> shapes = SHAPES.get(digit);
    List<Stroke> shape = shapes.get(random.nextInt(shapes.size()));
    Affine map = Affine.random(random);
    double width = 0.9 + 0.9 * random.nextDouble();
    for (Stroke stroke : shape) {
      pen(map, jitter(stroke), width);
    }
    if (random.nextInt(3) == 0) {
      pen(map, stray(), width);
    }
    double contrast = 0.6 + 0.4 * random.nextDouble();
    for (int i = 0; i < ink.length; i++) {
      double grey = contrast * ink[i] + 0.13 * random.nextGaussian();
      pixels[offset + i] = (byte) Math.round(255 * Math.min(1, Math.max(0, grey)));
    }
  }

  /** Maps the unit square into the image: rotated, sheared, scaled and moved. */
  private record Affine(double xx, double xy, double yx, double yy, double dx, double dy) {

    static Affine random(Random random) {
      double angle = 0.3 * uniform(random);
      double shear = 0.35 * uniform(random);
      double width = SIZE * (0.72 + 0.2 * uniform(random));
      double height = SIZE * (0.72 + 0.16 * uniform(random));
      double cos = Math.cos(angle);
      double sin = Math.sin(angle);
      return new Affine(
          width * cos,
          height * (cos * shear - sin),
          width * sin,
          height * (sin * shear + cos),
          SIZE * (0.5 + 0.09 * uniform(random)),
          SIZE * (0.5 + 0.09 * uniform(random)));
    }

    private static double uniform(Random random) {
      return 2 * random.nextDouble() - 1;
    }

    double x(double u, double v) {
      return xx * (u - 0.5) + xy * (v - 0.5) + dx;
    }

    double y(double u, double v) {
      return yx * (u - 0.5) + yy * (v - 0.5) + dy;
    }
  }

  private double[] jitter(Stroke stroke) {
    double[] points = stroke.points.clone();
    for (int i = 0; i < points.length; i++) {
      points[i] += 0.03 * random.nextGaussian();
    }
    return stroke.curved ? rounded(rounded(points)) : points;
  }

  private double[] stray() {
    double x = random.nextDouble();
    double y = random.nextDouble();
    return new double[] {x, y, x + 0.25 * random.nextGaussian(), y + 0.25 * random.nextGaussian()};
  }

  /** Cuts corners (Chaikin): two points on the adjacent lines replace each inner point. */
  private static double[] rounded(double[] points) {
    List<Double> result = new ArrayList<>(List.of(points[0], points[1]));
    for (int i = 0; i + 3 < points.length; i += 2) {
      for (double part : new double[] {0.25, 0.75}) {
        result.add(points[i] + part * (points[i + 2] - points[i]));
        result.add(points[i + 1] + part * (points[i + 3] - points[i + 1]));
      }
    }
    result.add(points[points.length - 2]);
    result.add(points[points.length - 1]);
    return result.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void pen(Affine map, double[] points, double width) {
    for (int i = 0; i + 3 < points.length; i += 2) {
      segment(
          map.x(points[i], points[i + 1]),
          map.y(points[i], points[i + 1]),
          map.x(points[i + 2], points[i + 3]),
          map.y(points[i + 2], points[i + 3]),
          width);
    }
  }

  /** Draws a segment with anti-aliasing over one pixel. */
  private void segment(double x0, double y0, double x1, double y1, double width) {
    double reach = width / 2 + 1;
    double dx = x1 - x0;
    double dy = y1 - y0;
    double square = dx * dx + dy * dy;
    int top = (int) Math.max(0, Math.floor(Math.min(y0, y1) - reach));
    int bottom = (int) Math.min(SIZE - 1, Math.ceil(Math.max(y0, y1) + reach));
    int left = (int) Math.max(0, Math.floor(Math.min(x0, x1) - reach));
    int right = (int) Math.min(SIZE - 1, Math.ceil(Math.max(x0, x1) + reach));
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        double px = x + 0.5 - x0;
        double py = y + 0.5 - y0;
        double along = square == 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
        double distance = Math.hypot(px - along * dx, py - along * dy);
        float covered = (float) Math.min(1, Math.max(0, reach - distance));
        ink[y * SIZE + x] = Math.max(ink[y * SIZE + x], covered);
      }
    }
  }

  private static Stroke curve(double... points) {
    return new Stroke(true, points);
  }

  private static Stroke line(double... points) {
    return new Stroke(false, points);
  }
}
