package dev.connectome.trainer.service.data;

/**
 * Rows of a table and their classes. Each feature is a channel of one value.
 *
 * @param values row by row; shared, must not be changed
 * @param labels the class of each row as an unsigned byte; shared, must not be changed
 */
@SuppressWarnings("ArrayRecordComponent")
record LabelledRows(int features, int classes, double[] values, byte[] labels)
    implements LabelledData {

  @Override
  public ImageShape shape() {
    return new ImageShape(features, 1, 1);
  }

  @Override
  public Moments[] moments(int[] members) {
    var moments = new Moments[features];
    for (int feature = 0; feature < features; feature++) {
      moments[feature] = moments(members, feature);
    }
    return moments;
  }

  private Moments moments(int[] members, int feature) {
    double count = Math.max(1, members.length);
    double mean = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int member : members) {
      double value = values[member * features + feature];
      mean += value / count;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (least >= most) {
      // Rounding would make a deviation of it, and other values of the feature enormous.
      return new Moments(least > most ? 0 : least, 1);
    }
    double variance = 0;
    for (int member : members) {
      double difference = values[member * features + feature] - mean;
      variance += difference * difference / count;
    }
    double deviation = Math.sqrt(variance);
    return new Moments(mean, deviation == 0 ? 1 : deviation);
  }

  @Override
  public Standardized standardized(Moments[] moments) {
    return new Standardized() {
      @Override
      public void get(int input, float[] row) {
        for (int feature = 0; feature < features; feature++) {
          row[feature] = moments[feature].standardize(values[input * features + feature]);
        }
      }

      @Override
      public float[] zero() {
        var zero = new float[features];
        for (int feature = 0; feature < features; feature++) {
          zero[feature] = moments[feature].standardize(0);
        }
        return zero;
      }
    };
  }
}
