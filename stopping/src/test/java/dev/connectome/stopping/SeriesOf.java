package dev.connectome.stopping;

import java.util.stream.IntStream;

/** Series for tests. */
final class SeriesOf {

  private SeriesOf() {}

  /** The values at epochs 1, 2, .. */
  static Series values(double... values) {
    return Series.of(
        IntStream.range(0, values.length)
            .mapToObj(i -> new SeriesPoint(i + 1, values[i]))
            .toList());
  }
}
