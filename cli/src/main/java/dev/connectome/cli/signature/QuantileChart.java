package dev.connectome.cli.signature;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;

/** A heat map of a set of weights over time: a column a snapshot, a row a quantile. */
public final class QuantileChart {
  private static final int MAX_LABELS = 24;
  private static final String BLANK = " ";
  private static final Color[] DARK_TO_BRIGHT = {
    new Color(0x440154), new Color(0x31688e), new Color(0x35b779), new Color(0xfde725)
  };

  private QuantileChart() {}

  /**
   * Draws a picture.
   *
   * @param time the title of the axis that counts the columns from 1
   * @param columns the quantiles of each snapshot in [0, 1]: as many for each, 4 n + 1
   */
  public static HeatMapChart of(String title, String time, List<float[]> columns) {
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(ChartStack.WIDTH)
            .height(ChartStack.HEIGHT)
            .title(title)
            .xAxisTitle(time)
            .yAxisTitle("probability")
            .build();
    chart.getStyler().setRangeColors(DARK_TO_BRIGHT).setMin(0).setMax(1);
    chart.getStyler().setHeatMapDecimalValueFormatter("%.2f"::formatted);
    chart.getStyler().setPlotGridLinesVisible(false);
    chart.getStyler().setPlotContentSize(1).setAntiAlias(false);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<Number[]> cells = new ArrayList<>();
    for (int column = 0; column < columns.size(); column++) {
      float[] quantiles = columns.get(column);
      for (int row = 0; row < quantiles.length; row++) {
        cells.add(new Number[] {column, row, quantiles[row]});
      }
    }
    int rows = columns.stream().mapToInt(quantiles -> quantiles.length).max().orElse(0);
    int quarter = Math.max(1, (rows - 1) / 4);
    int step = (columns.size() + MAX_LABELS - 1) / MAX_LABELS;
    chart.addSeries(
        title,
        IntStream.range(0, columns.size())
            .mapToObj(column -> column % step == 0 ? String.valueOf(column + 1) : BLANK)
            .toList(),
        IntStream.range(0, rows)
            .mapToObj(row -> row % quarter == 0 ? String.valueOf(row / (4.0 * quarter)) : BLANK)
            .toList(),
        cells);
    return chart;
  }
}
