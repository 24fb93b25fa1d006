package dev.connectome.cli.signature;

import dev.connectome.topology.SignatureLevels;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.w3c.dom.Document;

/**
 * The picture of a series of snapshots, from top to bottom: the distances between consecutive
 * snapshots, and the quantiles of the death sets and of the birth sets against time, a column a
 * snapshot. A snapshot with none before it has no distances. Snapshots count from 1 in the order
 * given.
 */
final class SignaturePicture {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 320;
  private static final int MOST_LABELS = 24;
  private static final int QUARTER = (SignatureLevels.QUANTILES - 1) / 4;
  private static final String BLANK = " ";
  private static final String SNAPSHOT = "snapshot";
  private static final Color[] DARK_TO_BRIGHT = {
    new Color(0x440154), new Color(0x31688e), new Color(0x35b779), new Color(0xfde725)
  };

  private final List<Chart<?, ?>> panels;

  private SignaturePicture(List<Chart<?, ?>> panels) {
    this.panels = panels;
  }

  /** The types of file that can be written. */
  enum Type {
    SVG,
    PNG;

    /** The type that a file's name ends in; none if it ends in neither. */
    static @Nullable Type of(Path file) {
      String name = file.toString().toLowerCase(Locale.ROOT);
      return name.endsWith(".svg") ? SVG : name.endsWith(".png") ? PNG : null;
    }
  }

  static SignaturePicture of(List<SnapshotReport> reports) {
    List<Chart<?, ?>> panels = new ArrayList<>();
    if (reports.stream().anyMatch(report -> report.distance() != null)) {
      panels.add(series(reports));
    }
    if (reports.stream().anyMatch(report -> report.deaths().count() > 0)) {
      panels.add(quantiles("deaths", reports, SnapshotReport::deaths));
    }
    panels.add(quantiles("births", reports, SnapshotReport::births));
    return new SignaturePicture(panels);
  }

  private static XYChart series(List<SnapshotReport> reports) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
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

  /** XChart leaves a gap where a value is no number. */
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
    HeatMapChart chart =
        new HeatMapChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Quantiles of the " + set)
            .xAxisTitle(SNAPSHOT)
            .yAxisTitle("probability")
            .build();
    chart.getStyler().setRangeColors(DARK_TO_BRIGHT).setMin(0).setMax(1);
    chart.getStyler().setHeatMapDecimalValueFormatter("%.2f"::formatted);
    chart.getStyler().setPlotGridLinesVisible(false);
    chart.getStyler().setPlotContentSize(1).setAntiAlias(false);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    List<Number[]> cells = new ArrayList<>();
    for (int column = 0; column < reports.size(); column++) {
      float[] quantiles = of.apply(reports.get(column)).quantiles();
      for (int row = 0; row < quantiles.length; row++) {
        cells.add(new Number[] {column, row, quantiles[row]});
      }
    }
    int columns = reports.size();
    int step = (columns + MOST_LABELS - 1) / MOST_LABELS;
    chart.addSeries(
        set,
        IntStream.range(0, columns)
            .mapToObj(column -> column % step == 0 ? String.valueOf(column + 1) : BLANK)
            .toList(),
        IntStream.range(0, SignatureLevels.QUANTILES)
            .mapToObj(row -> row % QUARTER == 0 ? String.valueOf(row / (4.0 * QUARTER)) : BLANK)
            .toList(),
        cells);
    return chart;
  }

  void write(Path file, Type type) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    switch (type) {
      case SVG -> {
        var svg = new SVGGraphics2D(emptySvg());
        svg.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT * panels.size()));
        paint(svg);
        try (Writer writer = Files.newBufferedWriter(file)) {
          svg.stream(writer, true);
        }
      }
      case PNG -> {
        var image = new BufferedImage(WIDTH, HEIGHT * panels.size(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        paint(graphics);
        graphics.dispose();
        try (var stream = Files.newOutputStream(file)) {
          ImageIO.write(image, "png", stream);
        }
      }
    }
  }

  private static Document emptySvg() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the JDK's own XML parser is not configured", e);
    }
  }

  private void paint(Graphics2D graphics) {
    for (Chart<?, ?> panel : panels) {
      Shape clip = graphics.getClip();
      panel.paint(graphics, WIDTH, HEIGHT);
      graphics.setClip(clip);
      graphics.translate(0, HEIGHT);
    }
  }
}
