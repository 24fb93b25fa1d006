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

/** A self-contained HTML page: a template with the data put into it as JSON. */
final class HtmlReport {
  private static final String TEMPLATE = "report.html";
  private static final String PLACEHOLDER = "/*DATA*/null";
  private static final double ROUNDING = 1e4;

  private HtmlReport() {}

  /** The data of the page; figures are in the order of the summary's runs. */
  record Page(DemoSummary summary, List<Figure> figures) {
    Page {
      figures = List.copyOf(figures);
    }
  }

  /** The series of a run's reference, and its death sets by epoch. */
  record Figure(List<DemoSummary.Point> reference, List<Column> columns) {
    Figure {
      reference = List.copyOf(reference);
      columns = List.copyOf(columns);
    }
  }

  /**
   * The death set after one epoch.
   *
   * @param reference whether the reference trained the epoch, since the run had been stopped
   * @param quantiles 65 of them, ascending, with four decimals
   */
  record Column(int epoch, boolean reference, List<Double> quantiles) {
    Column {
      quantiles = List.copyOf(quantiles);
    }
  }

  static void write(DemoSummary summary, List<Comparison> comparisons, Path file)
      throws IOException {
    Files.writeString(file, render(page(summary, comparisons)));
  }

  static Page page(DemoSummary summary, List<Comparison> comparisons) {
    return new Page(summary, comparisons.stream().map(HtmlReport::figure).toList());
  }

  private static Figure figure(Comparison comparison) {
    List<SignatureRecord> own = comparison.watched().latestSignatures();
    int last = own.stream().mapToInt(SignatureRecord::getEpoch).max().orElse(0);
    Stream<SignatureRecord> afterStop =
        comparison.reference().latestSignatures().stream()
            .filter(record -> record.getEpoch() > last);
    return new Figure(
        Summaries.series(comparison.reference()),
        Stream.concat(
                own.stream().filter(SignatureRecord::hasSignature).map(one -> column(one, false)),
                afterStop.filter(SignatureRecord::hasSignature).map(one -> column(one, true)))
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
          .replace(PLACEHOLDER, embedded(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Within a script element only "<" could end the data. */
  private static String embedded(Page page) throws JsonProcessingException {
    return new ObjectMapper().writeValueAsString(page).replace("<", "\\u003c");
  }
}
