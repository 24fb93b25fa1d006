package dev.connectome.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Text in columns as wide as their widest cell; columns of numbers are aligned right. */
public final class Table {
  private static final String GAP = "  ";
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?\\d+(\\.\\d+)?(e[-+]?\\d+)?( ?%| s)?(/\\d+)?");

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /** An empty table with a title a column. */
  public Table(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row with a cell a column. */
  public void row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size() + " columns");
    }
    rows.add(List.of(cells));
  }

  /** The lines of the table, its header first, without trailing blanks. */
  public List<String> lines() {
    int[] widths = new int[header.size()];
    boolean[] numeric = new boolean[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = width(column);
      numeric[column] = numeric(column);
    }
    return Stream.concat(Stream.of(header), rows.stream())
        .map(cells -> line(cells, widths, numeric))
        .toList();
  }

  private static String line(List<String> cells, int[] widths, boolean[] numeric) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String blanks = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? "" : GAP).append(numeric[column] ? blanks + cell : cell + blanks);
    }
    return line.toString().stripTrailing();
  }

  private int width(int column) {
    int widest = header.get(column).length();
    for (List<String> row : rows) {
      widest = Math.max(widest, row.get(column).length());
    }
    return widest;
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
