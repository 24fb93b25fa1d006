package dev.connectome.trainer.service.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.connectome.trainer.service.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;

/**
 * A CSV file: a row of names, then rows of finite numbers and one label each. Commas, semicolons or
 * tabs separate the columns, whichever the first row has most.
 *
 * @param features the names of the columns of numbers
 * @param rows the numbers of each row; shared, must not be changed
 * @param labels the label of each row
 */
record Table(
    Path file,
    String labelColumn,
    List<String> features,
    List<double[]> rows,
    List<String> labels) {

  private static final List<String> LABELS = List.of("label", "class", "target");
  private static final String SEPARATORS = ",;\t";
  private static final int SHOWN = 64;

  int count() {
    return rows.size();
  }

  /**
   * Reads a file.
   *
   * @param labelColumn the name of the column of labels; empty for {@code label}, {@code class} or
   *     {@code target}, and else the last one
   * @throws UserException if it is no such table
   */
  static Table read(Path file, String labelColumn) throws UserException {
    try {
      DataMemory.checkTable(file);
      try (CsvReader<CsvRecord> records =
          CsvReader.builder()
              .fieldSeparator(separator(file))
              .detectBomHeader(true)
              .ofCsvRecord(file)) {
        return read(file, labelColumn, records.iterator());
      }
    } catch (CsvParseException e) {
      throw new UserException(
          "%s is no table: %s; every row needs as many columns as the first"
              .formatted(file, e.getMessage()));
    } catch (IOException | UncheckedIOException e) {
      throw new UserException("cannot read %s: %s".formatted(file, e.getMessage()));
    }
  }

  private static char separator(Path file) throws IOException {
    try (var lines = new BufferedReader(new InputStreamReader(Files.newInputStream(file), UTF_8))) {
      String header = String.valueOf(lines.readLine());
      char best = SEPARATORS.charAt(0);
      for (char candidate : SEPARATORS.toCharArray()) {
        if (count(header, candidate) > count(header, best)) {
          best = candidate;
        }
      }
      return best;
    }
  }

  private static long count(String text, char wanted) {
    return text.chars().filter(character -> character == wanted).count();
  }

  private static Table read(Path file, String labelColumn, Iterator<CsvRecord> records)
      throws UserException {
    if (!records.hasNext()) {
      throw new UserException("%s is empty; give a table with a row of names".formatted(file));
    }
    List<String> names = records.next().getFields().stream().map(String::strip).toList();
    if (names.size() < 2 || new HashSet<>(names).size() < names.size()) {
      throw new UserException(
          "the first row of %s is %s; give a name of its own to each of 2 or more columns"
              .formatted(file, shown(String.join(", ", names))));
    }
    int label = labelIndex(file, labelColumn, names);
    List<String> features = new ArrayList<>(names);
    features.remove(label);
    List<double[]> rows = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    while (records.hasNext()) {
      CsvRecord row = records.next();
      var values = new double[features.size()];
      for (int column = 0, feature = 0; column < names.size(); column++) {
        if (column != label) {
          values[feature++] = number(file, row, column, names.get(column));
        }
      }
      rows.add(values);
      labels.add(label(file, row, label, names.get(label)));
    }
    return new Table(file, names.get(label), List.copyOf(features), rows, labels);
  }

  private static int labelIndex(Path file, String wanted, List<String> names) throws UserException {
    if (!wanted.isEmpty()) {
      if (!names.contains(wanted)) {
        throw new UserException(
            "%s has no column %s; it has %s"
                .formatted(file, shown(wanted), shown(String.join(", ", names))));
      }
      return names.indexOf(wanted);
    }
    for (String usual : LABELS) {
      for (int column = 0; column < names.size(); column++) {
        if (names.get(column).equalsIgnoreCase(usual)) {
          return column;
        }
      }
    }
    return names.size() - 1;
  }

  private static double number(Path file, CsvRecord row, int column, String name)
      throws UserException {
    String text = row.getField(column).strip();
    try {
      double value = Double.parseDouble(text);
      if (Float.isFinite((float) value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below, with what is not finite.
    }
    throw new UserException(
        "line %d of %s has %s in column %s; every column but that of the labels needs a finite number in every row: fill it in, write numbers for words, or leave the column out"
            .formatted(
                row.getStartingLineNumber(),
                file,
                text.isEmpty() ? "nothing" : shown(text),
                shown(name)));
  }

  private static String label(Path file, CsvRecord row, int column, String name)
      throws UserException {
    String label = row.getField(column).strip();
    if (label.isEmpty()) {
      throw new UserException(
          "line %d of %s has no label in column %s; fill it in or leave the row out"
              .formatted(row.getStartingLineNumber(), file, shown(name)));
    }
    return label;
  }

  /** A value of the user's, for messages. */
  static String shown(String value) {
    return "\"" + (value.length() > SHOWN ? value.substring(0, SHOWN) + "…" : value) + "\"";
  }
}
