package dev.connectome.controller.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The names under which Prometheus exports the meters that the sources register. */
final class MeterNames {

  private static final List<String> MODULES =
      List.of("controller-service", "connectome-service", "trainer-service");
  private static final Pattern BUILDER =
      Pattern.compile(
          "\\b(\\w*Gauge|\\w*Counter|Timer)\\s*\\.builder\\(\\s*(PREFIX \\+"
              + " )?\"([a-z.]+)\"([^;]*);");
  private static final Pattern SHORT = Pattern.compile("registry\\.counter\\(\\s*\"([a-z.]+)\"");
  private static final Pattern PREFIX = Pattern.compile("String PREFIX = \"([a-z.]+)\"");
  private static final Pattern PREFIXED =
      Pattern.compile("\\b(gauge|counter|seconds)\\(\\s*\"([a-z.]+)\"");

  private final Set<String> series = new TreeSet<>();
  private final Set<String> histograms = new TreeSet<>();

  private MeterNames() {}

  static MeterNames ofSources(Path root) throws IOException {
    var names = new MeterNames();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
        for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
          names.read(Files.readString(file));
        }
      }
    }
    return names;
  }

  /** Every metric by its name, histograms without a suffix. */
  Set<String> all() {
    Set<String> all = new TreeSet<>(series);
    all.addAll(histograms);
    return all;
  }

  /** Whether a name is a metric, or a series of a histogram. */
  boolean contains(String name) {
    return series.contains(name)
        || histograms.contains(name.replaceAll("_(bucket|count|sum|max)$", ""));
  }

  private void read(String source) {
    Matcher constant = PREFIX.matcher(source);
    String prefix = constant.find() ? constant.group(1) : "";
    BUILDER
        .matcher(source)
        .results()
        .forEach(
            meter ->
                add(
                    meter.group(1),
                    (meter.group(2) == null ? "" : prefix) + meter.group(3),
                    meter.group(4)));
    SHORT.matcher(source).results().forEach(meter -> add("Counter", meter.group(1), ""));
    if (!prefix.isEmpty()) {
      PREFIXED
          .matcher(source)
          .results()
          .forEach(
              meter -> {
                switch (meter.group(1)) {
                  case "gauge" -> add("Gauge", prefix + meter.group(2), "");
                  case "counter" -> add("Counter", prefix + meter.group(2), "");
                  default -> add("Counter", prefix + meter.group(2) + ".seconds", "");
                }
              });
    }
  }

  private void add(String type, String meter, String rest) {
    String name = meter.replace('.', '_');
    if (type.equals("Timer")) {
      histograms.add(name + "_seconds");
    } else if (type.equals("TimeGauge")) {
      series.add(name + "_seconds");
    } else if (type.endsWith("Counter")) {
      series.add(name + "_total");
    } else {
      series.add(rest.contains("BaseUnits.BYTES") ? name + "_bytes" : name);
    }
  }
}
