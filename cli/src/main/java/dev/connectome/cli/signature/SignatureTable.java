package dev.connectome.cli.signature;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A line for each file, for people and for spreadsheets. */
final class SignatureTable {

  private static final List<String> HEAD =
      List.of(
          "file",
          "samples",
          "neurons",
          "meanBirth",
          "meanDeath",
          "birthDistance",
          "deathDistance",
          "topologicalDistance",
          "connectomeDistance");

  private SignatureTable() {}

  static List<String> csv(List<SnapshotReport> reports) {
    List<String> lines = new ArrayList<>(List.of(String.join(",", HEAD)));
    for (SnapshotReport report : reports) {
      List<String> cells =
          new ArrayList<>(
              values(report).stream().map(value -> Objects.toString(value, "")).toList());
      cells.set(0, '"' + report.file().replace("\"", "\"\"") + '"');
      lines.add(String.join(",", cells));
    }
    return lines;
  }

  static List<String> table(List<SnapshotReport> reports) {
    List<List<String>> rows = new ArrayList<>(List.of(HEAD));
    reports.forEach(
        report -> rows.add(values(report).stream().map(SignatureTable::forPeople).toList()));
    return rows.stream().map(row -> line(row, rows)).toList();
  }

  private static List<@Nullable Object> values(SnapshotReport report) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(report.file());
    values.add(report.samples());
    values.add(report.neurons());
    values.add(report.births().mean());
    values.add(report.deaths().mean());
    SnapshotReport.Distance distance = report.distance();
    values.add(distance == null ? null : distance.signature().birth());
    values.add(distance == null ? null : distance.signature().death());
    values.add(distance == null ? null : distance.signature().topological());
    values.add(distance == null ? null : distance.connectome());
    return values;
  }

  private static String forPeople(@Nullable Object value) {
    if (value instanceof Double number) {
      return String.format(Locale.ROOT, "%.5g", number);
    }
    return value == null ? "-" : value.toString();
  }

  private static String line(List<String> row, List<List<String>> rows) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < row.size(); column++) {
      int place = column;
      int width = rows.stream().mapToInt(other -> other.get(place).length()).max().orElse(0);
      String padding = " ".repeat(width - row.get(column).length());
      line.append(column == 0 ? row.get(column) + padding : "  " + padding + row.get(column));
    }
    return line.toString();
  }
}
