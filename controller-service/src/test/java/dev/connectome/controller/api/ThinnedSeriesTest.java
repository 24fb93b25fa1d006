package dev.connectome.controller.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.run.v1.RecordedSeries;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is left of a series when a chart has no room for all of it. */
class ThinnedSeriesTest {

  @Test
  void aSeriesThatFitsIsReturnedWhole() {
    RecordedSeries.Builder all = series(new Random(1).doubles(10).toArray());

    RecordedSeries kept = ThinnedSeries.thinned(all, 10);

    assertThat(kept.getValuesList()).isEqualTo(all.getValuesList());
    assertThat(kept.getRecordedPoints()).isEqualTo(10);
  }

  @Test
  void everyPeakStaysAndThereAreNeverMorePointsThanAskedFor() {
    for (int most : List.of(4, 5, 50, 999)) {
      double[] values = new Random(most).doubles(20_000).toArray();
      values[7_000] = 1_000;
      values[13_001] = -1_000;

      RecordedSeries kept = ThinnedSeries.thinned(series(values), most);

      assertThat(kept.getEpochsCount()).isEqualTo(kept.getValuesCount()).isLessThanOrEqualTo(most);
      assertThat(kept.getValuesList()).contains(1_000.0, -1_000.0);
      assertThat(kept.getEpochsList()).isSorted().doesNotHaveDuplicates();
      assertThat(kept.getEpochs(0)).isEqualTo(1);
      assertThat(kept.getEpochs(kept.getEpochsCount() - 1)).isEqualTo(20_000);
      assertThat(kept.getRecordedPoints()).isEqualTo(20_000);
      IntStream.range(0, kept.getEpochsCount())
          .forEach(i -> assertThat(kept.getValues(i)).isEqualTo(values[kept.getEpochs(i) - 1]));
    }
  }

  @Test
  void whatIsNotANumberIsAPeakToo() {
    double[] values = new double[1_000];
    values[500] = Double.NaN;

    assertThat(ThinnedSeries.thinned(series(values), 20).getValuesList()).contains(Double.NaN);
  }

  private static RecordedSeries.Builder series(double[] values) {
    var series = RecordedSeries.newBuilder().setName("s");
    for (int i = 0; i < values.length; i++) {
      series.addEpochs(i + 1).addValues(values[i]);
    }
    return series;
  }
}
