package dev.connectome.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One HTML file with everything in it: it needs no network and no other file. The page is a
 * template; what it draws is put into it as JSON.
 */
final class HtmlReport {
  private static final String TEMPLATE = "report.html";
  private static final String PLACE = "/*DATA*/null";
  private static final double ROUNDING = 1e4;

  private HtmlReport() {}

  /**
   * What the page draws.
   *
   * @param summary the summary
   * @param figures what is drawn beside it for each run, in the order of the summary's runs
   */
  record Page(DemoSummary summary, List<Figure> figures) {
    Page {
      figures = List.copyOf(figures);
    }
  }

  /**
   * What is drawn of one run beside its own series.
   *
   * @param reference the series of its reference
   * @param columns the picture of its death set, by epoch
   */
  record Figure(List<DemoSummary.Point> reference, List<Column> columns) {
    Figure {
      reference = List.copyOf(reference);
      columns = List.copyOf(columns);
    }
  }

  /**
   * The death set after one epoch.
   *
   * @param epoch the epoch
   * @param reference whether the reference trained it: the run itself had been stopped
   * @param quantiles 65 of them, ascending, with four decimals
   */
  record Column(int epoch, boolean reference, List<Double> quantiles) {
    Column {
      quantiles = List.copyOf(quantiles);
    }
  }

  /**
   * Writes the report.
   *
   * @param summary the summary
   * @param pairs what it was made from
   * @param file where to
   * @throws IOException if the file cannot be written
   */
  static void write(DemoSummary summary, List<Comparison> pairs, Path file) throws IOException {
    Files.writeString(file, render(page(summary, pairs)));
  }

  static Page page(DemoSummary summary, List<Comparison> pairs) {
    return new Page(summary, pairs.stream().map(HtmlReport::figure).toList());
  }

  private static Figure figure(Comparison pair) {
    List<SignatureRecord> own = pair.watched().latest();
    int last = own.stream().mapToInt(SignatureRecord::getEpoch).max().orElse(0);
    Stream<SignatureRecord> beyond =
        pair.reference().latest().stream().filter(record -> record.getEpoch() > last);
    return new Figure(
        Summaries.series(pair.reference()),
        Stream.concat(
                own.stream().filter(SignatureRecord::hasSignature).map(one -> column(one, false)),
                beyond.filter(SignatureRecord::hasSignature).map(one -> column(one, true)))
            .toList());
  }

  private static Column column(SignatureRecord record, boolean reference) {
    return new Column(
        record.getEpoch(),
        reference,
        record.getSignature().getDeaths().getQuantilesList().stream()
            .map(quantile -> Math.round(quantile * ROUNDING) / ROUNDING)
            .toList());
  }

  static String render(Page page) {
    try (InputStream template = HtmlReport.class.getResourceAsStream(TEMPLATE)) {
      if (template == null) {
        throw new IllegalStateException(TEMPLATE + " is not on the class path");
      }
      return new String(template.readAllBytes(), StandardCharsets.UTF_8)
          .replace(PLACE, embedded(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In a script element nothing but "<" could end the data. */
  private static String embedded(Page page) throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(page).replace("<", "\\u003c");
  }
}
