package dev.connectome.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Text in columns as wide as their widest cell; columns of numbers are aligned right. Not
 * thread-safe.
 */
public final class Table {
  private static final String GAP = "  ";
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?\\d+(\\.\\d+)?(e[-+]?\\d+)?( ?%| s)?(/\\d+)?");

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();
  private final int[] widths;
  private final boolean[] numeric;
  private boolean begun;

  /** An empty table with a title a column. */
  public Table(String... header) {
    this.header = List.of(header);
    this.widths = this.header.stream().mapToInt(String::length).toArray();
    this.numeric = new boolean[header.length];
  }

  /** Adds a row with a cell a column. */
  public void row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size() + " columns");
    }
    rows.add(List.of(cells));
  }

  /**
   * The lines of the rows added since the last call, the first time after the header, without
   * trailing blanks. Columns stay as wide as they were, or become wider.
   */
  public List<String> lines() {
    for (int column = 0; column < widths.length; column++) {
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
      numeric[column] = begun ? numeric[column] : numeric(column);
    }
    List<String> lines =
        Stream.concat(begun ? Stream.empty() : Stream.of(header), rows.stream())
            .map(this::line)
            .toList();
    begun = true;
    rows.clear();
    return lines;
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String blanks = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? "" : GAP).append(numeric[column] ? blanks + cell : cell + blanks);
    }
    return line.toString().stripTrailing();
  }

  /** Whether every cell is a number or empty, and at least one is a number. */
  private boolean numeric(int column) {
    List<String> cells =
        rows.stream()
            .map(row -> row.get(column))
            .filter(cell -> !cell.isEmpty() && !cell.equals("-"))
            .toList();
    return !cells.isEmpty() && cells.stream().allMatch(cell -> NUMBER.matcher(cell).matches());
  }
}
