package dev.connectome.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is shown of each thing of a kind, a column a property: for people and for spreadsheets. */
public final class Columns<T> {
  private final List<Column<T>> columns = new ArrayList<>();

  private record Column<T>(
      String title, boolean wide, Function<? super T, ? extends @Nullable Object> value) {}

  /** Adds a column of texts or numbers; null stands for what is unknown. */
  public Columns<T> add(String title, Function<? super T, ? extends @Nullable Object> value) {
    columns.add(new Column<>(title, false, value));
    return this;
  }

  /** Adds a column that people see only if they ask for more. */
  public Columns<T> wide(String title, Function<? super T, ? extends @Nullable Object> value) {
    columns.add(new Column<>(title, true, value));
    return this;
  }

  /** An empty table of these columns. */
  public Table table(boolean wide) {
    return new Table(shown(wide).map(Column::title).toArray(String[]::new));
  }

  /** The cells of a row for people. */
  public String[] cells(T of, boolean wide) {
    return shown(wide).map(column -> text(column.value().apply(of))).toArray(String[]::new);
  }

  private Stream<Column<T>> shown(boolean wide) {
    return columns.stream().filter(column -> wide || !column.wide());
  }

  private static String text(@Nullable Object value) {
    return value instanceof Double number ? Display.number(number) : Objects.toString(value, "-");
  }

  /** The heading of all columns as a line of comma-separated values (RFC 4180). */
  public String csvHeading() {
    return csv(
        columns.stream()
            .map(column -> column.title().toLowerCase(Locale.ROOT).replace(' ', '_'))
            .toList());
  }

  /** A row of all columns as a line of comma-separated values: numbers in full. */
  public String csvLine(T of) {
    return csv(
        columns.stream().map(column -> Objects.toString(column.value().apply(of), "")).toList());
  }

  private static String csv(List<String> cells) {
    return String.join(",", cells.stream().map(Columns::quoted).toList());
  }

  private static String quoted(String cell) {
    return cell.chars().anyMatch(letter -> ",\"\n\r".indexOf(letter) >= 0)
        ? '"' + cell.replace("\"", "\"\"") + '"'
        : cell;
  }
}
