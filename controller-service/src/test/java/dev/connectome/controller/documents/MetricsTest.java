package dev.connectome.controller.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dashboard, alerts and documents speak of metrics that exist, and the table has them all. */
class MetricsTest {

  private static final Path ROOT = Path.of("..");
  private static final Path TABLE = ROOT.resolve("docs/metrics.md");
  private static final Pattern METRIC = Pattern.compile("\\bconnectome_[a-z_]+[a-z]");

  @Test
  void theTableHasEveryMetricOfTheCode() throws Exception {
    MeterNames meters = MeterNames.ofSources(ROOT);

    assertThat(meters.all()).hasSizeGreaterThan(25);
    assertThat(metricsIn(TABLE)).containsAll(meters.all());
  }

  @Test
  void everyMetricInDocumentsDashboardAndAlertsIsOneOfTheCode() throws Exception {
    MeterNames meters = MeterNames.ofSources(ROOT);

    for (Path file : files()) {
      assertThat(metricsIn(file)).as(file.toString()).allMatch(meters::contains);
    }
  }

  @Test
  void theTableNamesEveryAlert() throws Exception {
    String rules = Files.readString(ROOT.resolve("k8s/overlays/production/monitoring.yaml"));
    List<String> alerts =
        Pattern.compile("- alert: (\\w+)")
            .matcher(rules)
            .results()
            .map(alert -> alert.group(1))
            .toList();

    assertThat(alerts).isNotEmpty();
    assertThat(Files.readString(TABLE)).contains(alerts);
  }

  private static List<String> metricsIn(Path file) throws IOException {
    return METRIC.matcher(Files.readString(file)).results().map(MatchResult::group).toList();
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> documents = Files.list(ROOT.resolve("docs"));
        Stream<Path> manifests = Files.walk(ROOT.resolve("k8s"))) {
      return Stream.concat(documents, manifests)
          .filter(file -> file.toString().matches(".*\\.(md|yaml|json)"))
          .toList();
    }
  }
}
