package dev.connectome.cli.signature;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The picture of a series of snapshots, from top to bottom: the distances between consecutive
 * snapshots, then the quantiles of the death sets and of the birth sets. Snapshots count from 1 in
 * the order given; the first one has no distances unless there is one before it.
 */
final class SignaturePicture {
  private static final String SNAPSHOT = "snapshot";

  private SignaturePicture() {}

  static ChartStack of(List<SnapshotReport> reports) {
    List<Chart<?, ?>> panels = new ArrayList<>();
    if (reports.stream().anyMatch(report -> report.distance() != null)) {
      panels.add(distances(reports));
    }
    if (reports.stream().anyMatch(report -> report.deaths().count() > 0)) {
      panels.add(quantiles("deaths", reports, SnapshotReport::deaths));
    }
    panels.add(quantiles("births", reports, SnapshotReport::births));
    return new ChartStack(panels);
  }

  private static XYChart distances(List<SnapshotReport> reports) {
    XYChart chart =
        new XYChartBuilder()
            .width(ChartStack.WIDTH)
            .height(ChartStack.HEIGHT)
            .title("Distance to the snapshot before")
            .xAxisTitle(SNAPSHOT)
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setXAxisDecimalPattern("0").setYAxisMin(0.0);
    add(chart, "birthDistance", reports, distance -> distance.signature().birth());
    add(chart, "deathDistance", reports, distance -> distance.signature().death());
    add(chart, "topologicalDistance", reports, distance -> distance.signature().topological());
    add(
        chart,
        "connectomeDistance",
        reports,
        distance -> distance.connectome() == null ? Double.NaN : distance.connectome());
    return chart;
  }

  /** XChart leaves a gap where a value is NaN. */
  private static void add(
      XYChart chart,
      String name,
      List<SnapshotReport> reports,
      ToDoubleFunction<SnapshotReport.Distance> value) {
    double[] times = IntStream.rangeClosed(1, reports.size()).asDoubleStream().toArray();
    double[] values =
        reports.stream()
            .map(SnapshotReport::distance)
            .mapToDouble(each -> each == null ? Double.NaN : value.applyAsDouble(each))
            .toArray();
    if (IntStream.range(0, values.length).anyMatch(i -> !Double.isNaN(values[i]))) {
      chart.addSeries(name, times, values).setMarker(SeriesMarkers.CIRCLE);
    }
  }

  private static HeatMapChart quantiles(
      String set,
      List<SnapshotReport> reports,
      Function<SnapshotReport, SnapshotReport.Levels> of) {
    return QuantileChart.of(
        "Quantiles of the " + set,
        SNAPSHOT,
        reports.stream().map(report -> of.apply(report).quantiles()).toList());
  }
}
