package dev.connectome.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One HTML file with everything in it: it needs no network and no other file. */
final class HtmlReport {
  private static final String PLACE = "/*DATA*/null";

  private HtmlReport() {}

  /**
   * What the page draws.
   *
   * @param summary the summary
   * @param references series of each reference run, in the order of the summary's runs
   * @param quantiles quantiles of the death set of each run, one list an epoch that has a signature
   */
  record Data(
      DemoSummary summary,
      List<List<DemoSummary.Point>> references,
      List<List<Map<String, Object>>> quantiles) {
    Data {
      references = List.copyOf(references);
      quantiles = List.copyOf(quantiles);
    }
  }

  static Data data(DemoSummary summary, List<Pair> pairs) {
    return new Data(
        summary,
        pairs.stream()
            .map(pair -> pair.reference().signatures().stream().map(Summaries::point).toList())
            .toList(),
        pairs.stream().map(pair -> quantiles(pair.watched().signatures())).toList());
  }

  private static List<Map<String, Object>> quantiles(List<SignatureRecord> signatures) {
    return signatures.stream()
        .filter(SignatureRecord::hasSignature)
        .map(
            record ->
                Map.<String, Object>of(
                    "epoch",
                    record.getEpoch(),
                    "values",
                    record.getSignature().getDeaths().getQuantilesList()))
        .toList();
  }

  static String render(Data data) throws IOException {
    try (InputStream template = HtmlReport.class.getResourceAsStream("report.html")) {
      if (template == null) {
        throw new IllegalStateException("the report's template is not on the class path");
      }
      // In a script element nothing but "<" could end the data.
      String json = new ObjectMapper().writeValueAsString(data).replace("<", "\\u003c");
      return new String(template.readAllBytes(), StandardCharsets.UTF_8).replace(PLACE, json);
    }
  }

  static void write(DemoSummary summary, List<Pair> pairs, Path file) throws IOException {
    Files.writeString(file, render(data(summary, pairs)));
  }
}
