package dev.connectome.cli.signature;

import dev.connectome.cli.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A line for each file, for people and for spreadsheets. */
final class SignatureTable {
  private static final String[] HEADER = {
    "file",
    "samples",
    "neurons",
    "meanBirth",
    "meanDeath",
    "birthDistance",
    "deathDistance",
    "topologicalDistance",
    "connectomeDistance"
  };

  private SignatureTable() {}

  static List<String> csv(List<SnapshotReport> reports) {
    List<String> lines = new ArrayList<>(List.of(String.join(",", HEADER)));
    for (SnapshotReport report : reports) {
      String[] cells =
          Arrays.stream(values(report))
              .map(value -> Objects.toString(value, ""))
              .toArray(String[]::new);
      cells[0] = '"' + report.file().replace("\"", "\"\"") + '"';
      lines.add(String.join(",", cells));
    }
    return lines;
  }

  static List<String> table(List<SnapshotReport> reports) {
    Table table = new Table(HEADER);
    reports.forEach(
        report ->
            table.row(
                Arrays.stream(values(report)).map(SignatureTable::display).toArray(String[]::new)));
    return table.lines();
  }

  private static @Nullable Object[] values(SnapshotReport report) {
    SnapshotReport.Distance distance = report.distance();
    return new @Nullable Object[] {
      report.file(),
      report.samples(),
      report.neurons(),
      report.births().mean(),
      report.deaths().mean(),
      distance == null ? null : distance.signature().birth(),
      distance == null ? null : distance.signature().death(),
      distance == null ? null : distance.signature().topological(),
      distance == null ? null : distance.connectome()
    };
  }

  private static String display(@Nullable Object value) {
    if (value instanceof Double number) {
      return String.format(Locale.ROOT, "%.5g", number);
    }
    return value == null ? "-" : value.toString();
  }
}
