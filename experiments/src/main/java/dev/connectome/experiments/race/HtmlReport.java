package dev.connectome.experiments.race;

import dev.connectome.cli.signature.ChartStack;
import dev.connectome.cli.signature.QuantileChart;
import dev.connectome.experiments.recording.Provenance;
import dev.connectome.experiments.recording.RecordedRun;
import dev.connectome.experiments.rule.ComparedRules;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The report of an experiment: a page with the results and, for the first seed of each setting,
 * charts of its series with stages and stops, of its accuracy, and of the quantiles of its death
 * set.
 */
public final class HtmlReport {
  private static final List<String> DRAWN =
      List.of("loss-diminishing-3", "connectome-diminishing-3", "trough", ComparedRules.BASELINE);
  private static final List<Color> COLOURS =
      List.of(new Color(0xd62728), new Color(0x9467bd), new Color(0xff7f0e), new Color(0x2ca02c));
  private static final Color STAGE = Color.LIGHT_GRAY;

  private HtmlReport() {}

  /**
   * Writes the report.
   *
   * @param signatures the signatures of a training by the id of its setting and its seed; without
   *     any, the chart of its death set is left out
   */
  public static void write(
      Results results,
      List<Race.Pair> pairs,
      BiFunction<String, Integer, List<SignatureRecord>> signatures,
      Path directory)
      throws IOException {
    int first = pairs.stream().mapToInt(pair -> pair.all().seed()).min().orElseThrow();
    List<Race.Pair> drawn = pairs.stream().filter(pair -> pair.all().seed() == first).toList();
    for (Race.Pair pair : drawn) {
      picture(pair, results, signatures.apply(pair.setting(), first))
          .write(directory.resolve(picture(pair)), ChartStack.Type.PNG);
    }
    Files.writeString(directory.resolve("index.html"), page(results, drawn));
  }

  private static String picture(Race.Pair pair) {
    return pair.setting() + ".png";
  }

  private static ChartStack picture(
      Race.Pair pair, Results results, List<SignatureRecord> signatures) {
    XYChart distances = chart("Change of the connectome from epoch to epoch", "distance");
    distances.getStyler().setYAxisLogarithmic(true);
    add(distances, pair.all(), "deathDistance", "deathDistance");
    add(distances, pair.all(), "connectomeDistance", "connectomeDistance");
    pair.all().stages().forEach((stage, epoch) -> line(distances, stage, epoch, STAGE));
    stops(distances, pair, results);
    XYChart accuracy = chart("Accuracy on the test images", "accuracy");
    add(accuracy, pair.all(), RecordedRun.ACCURACY, "all images");
    add(accuracy, pair.heldOut(), RecordedRun.ACCURACY, "a tenth held out");
    stops(accuracy, pair, results);
    List<Chart<?, ?>> charts = new ArrayList<>(List.of(distances, accuracy));
    List<float[]> quantiles =
        signatures.stream()
            .filter(SignatureRecord::hasSignature)
            .map(record -> quantiles(record))
            .toList();
    if (!quantiles.isEmpty()) {
      charts.add(QuantileChart.of("Quantiles of the deaths", "epoch", quantiles));
    }
    return new ChartStack(charts);
  }

  private static float[] quantiles(SignatureRecord record) {
    List<Float> values = record.getSignature().getDeaths().getQuantilesList();
    float[] quantiles = new float[values.size()];
    for (int i = 0; i < quantiles.length; i++) {
      quantiles[i] = values.get(i);
    }
    return quantiles;
  }

  private static XYChart chart(String title, String axis) {
    XYChart chart =
        new XYChartBuilder()
            .width(ChartStack.WIDTH)
            .height(ChartStack.HEIGHT)
            .title(title)
            .xAxisTitle("epoch")
            .yAxisTitle(axis)
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setXAxisDecimalPattern("0");
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    return chart;
  }

  private static void add(XYChart chart, RecordedRun run, String series, String label) {
    int[] epochs =
        IntStream.rangeClosed(1, run.epochs())
            .filter(epoch -> run.at(series, epoch).orElse(0) > 0)
            .toArray();
    if (epochs.length > 0) {
      chart
          .addSeries(
              label,
              IntStream.of(epochs).asDoubleStream().toArray(),
              IntStream.of(epochs)
                  .mapToObj(epoch -> run.at(series, epoch))
                  .mapToDouble(OptionalDouble::orElseThrow)
                  .toArray())
          .setMarker(SeriesMarkers.NONE);
    }
  }

  private static void stops(XYChart chart, Race.Pair pair, Results results) {
    for (int i = 0; i < DRAWN.size(); i++) {
      String rule = DRAWN.get(i);
      Color colour = COLOURS.get(i);
      results.results().getOrDefault(rule, List.of()).stream()
          .filter(result -> result.setting().equals(pair.setting()))
          .filter(result -> result.seed() == pair.all().seed())
          .filter(Race.Result::decided)
          .forEach(result -> line(chart, rule, result.stopEpoch(), colour));
    }
  }

  /** A vertical line over the height of what is drawn already. */
  private static void line(XYChart chart, String label, int epoch, Color colour) {
    double low =
        chart.getSeriesMap().values().stream().mapToDouble(XYSeries::getYMin).min().orElse(0);
    double high =
        chart.getSeriesMap().values().stream().mapToDouble(XYSeries::getYMax).max().orElse(1);
    chart
        .addSeries(label, new double[] {epoch, epoch}, new double[] {low, high})
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(colour);
  }

  private static String page(Results results, List<Race.Pair> drawn) {
    String pictures =
        drawn.stream()
            .map(
                pair ->
                    "<h2>%s</h2>\n<img src=\"%s\" width=\"%d\" alt=\"%s\">\n"
                        .formatted(pair.setting(), picture(pair), ChartStack.WIDTH, pair.setting()))
            .collect(Collectors.joining());
    Provenance about = results.about();
    return """
    <!DOCTYPE html>
    <html lang="en">
    <meta charset="utf-8">
    <title>Stopping rules compared</title>
    <style>body{font:15px sans-serif;margin:2em}pre{overflow-x:auto}</style>
    <h1>Stopping rules compared</h1>
    <p><code>%s</code></p>
    <p>%s, Java %s, %s, %d processors; started %s, %d s.</p>
    <pre>%s</pre>
    <p>Vertical lines in the pictures: grey where a stage begins, coloured where a rule says stop.</p>
    %s</html>
    """
        .formatted(
            escaped(about.command()),
            about.version(),
            about.java(),
            about.system(),
            about.processors(),
            about.start(),
            about.seconds(),
            escaped(String.join("\n", results.lines())),
            pictures);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
