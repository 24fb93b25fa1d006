package dev.connectome.cli.report;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns as wide as their widest cell; a column of numbers is flush right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param header a title a column
   */
  public Table(String... header) {
    this.header = List.of(header);
  }

  /**
   * Adds a row.
   *
   * @param cells a cell a column
   * @return this table
   * @throws IllegalArgumentException if there are more or fewer cells than columns
   */
  public Table row(String... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + header.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  /**
   * The lines of the table, its header first.
   *
   * @return lines without trailing blanks
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line(header));
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  private String line(List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String blanks = " ".repeat(width(column) - cell.length());
      line.append(column == 0 ? "" : GAP).append(numeric(column) ? blanks + cell : cell + blanks);
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

  private boolean numeric(int column) {
    boolean any = false;
    for (List<String> row : rows) {
      String cell = row.get(column);
      if (cell.isEmpty() || cell.equals("-")) {
        continue;
      }
      if (!cell.matches("[-+]?\\d+(\\.\\d+)?( ?%| s)?(/\\d+)?")) {
        return false;
      }
      any = true;
    }
    return any;
  }
}
