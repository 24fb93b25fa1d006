package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Reads tables of features and labels: {@code train.csv} and {@code test.csv}, or one CSV file, of
 * whose rows a fifth, always the same, is the test part. Classes are numbered in the order of their
 * labels: by value where all are whole numbers, else by name.
 */
final class TableFiles {

  private static final String SUFFIX = ".csv";
  private static final List<String> TEST = List.of("test", "val", "valid", "validation");
  private static final int TEST_SHARE = 5;
  private static final long SPLIT_SEED = 20_201;

  private TableFiles() {}

  static boolean matches(Path directory) {
    return Files.isRegularFile(directory.resolve("train" + SUFFIX)) || only(directory).isPresent();
  }

  /** The one CSV file of a folder. */
  private static Optional<Path> only(Path directory) {
    List<Path> tables =
        DataSearch.files(directory).stream()
            .filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(SUFFIX))
            .toList();
    return tables.size() == 1 ? Optional.of(tables.get(0)) : Optional.empty();
  }

  /**
   * Reads a data set.
   *
   * @param labelColumn the name of the column of labels; empty for the usual one
   * @throws UserException if a file is missing, or has something else than numbers
   */
  static DataFiles.Parts read(Path directory, String labelColumn) throws UserException {
    Path train = directory.resolve("train" + SUFFIX);
    Optional<Path> test =
        TEST.stream()
            .map(name -> directory.resolve(name + SUFFIX))
            .filter(Files::isRegularFile)
            .findFirst();
    if (Files.isRegularFile(train) && test.isPresent()) {
      return of(Table.read(train, labelColumn), Table.read(test.get(), labelColumn));
    }
    Path one =
        only(directory)
            .orElseThrow(
                () ->
                    new UserException(
                        "%s has neither train.csv and test.csv nor one CSV file: it has %s; give a folder that does"
                            .formatted(directory, DataSearch.seen(directory))));
    return split(Table.read(one, labelColumn));
  }

  private static DataFiles.Parts of(Table train, Table test) throws UserException {
    if (!train.features().equals(test.features())) {
      throw new UserException(
          "%s has the columns %s, but %s has %s; give files of one data set"
              .formatted(
                  train.file(), shown(train.features()), test.file(), shown(test.features())));
    }
    List<String> classes = classes(train);
    for (int i = 0; i < test.labels().size(); i++) {
      if (!classes.contains(test.labels().get(i))) {
        throw new UserException(
            "%s has the label %s, which no row of %s has; leave its rows out"
                .formatted(test.file(), Table.shown(test.labels().get(i)), train.file()));
      }
    }
    return new DataFiles.Parts(
        rows(train, classes, IntStream.range(0, train.count()).toArray()),
        rows(test, classes, IntStream.range(0, test.count()).toArray()));
  }

  private static DataFiles.Parts split(Table table) throws UserException {
    List<String> classes = classes(table);
    int testCount = table.count() / TEST_SHARE;
    if (testCount == 0) {
      throw new UserException(
          "%s has %d rows, of which a fifth is the test part; give %d or more"
              .formatted(table.file(), table.count(), TEST_SHARE));
    }
    int[] order = TrainingData.shuffled(table.count(), new Random(SPLIT_SEED));
    return new DataFiles.Parts(
        rows(table, classes, IntStream.range(testCount, order.length).map(i -> order[i]).toArray()),
        rows(table, classes, IntStream.range(0, testCount).map(i -> order[i]).toArray()));
  }

  private static List<String> classes(Table table) throws UserException {
    Set<String> names = new TreeSet<>(table.labels());
    if (names.size() < 2 || names.size() > LabelledData.MAX_CLASSES) {
      throw new UserException(
          "%s has %d different labels in its column %s; name the column with 2 to %d classes with the run's label column"
              .formatted(
                  table.file(),
                  names.size(),
                  Table.shown(table.labelColumn()),
                  LabelledData.MAX_CLASSES));
    }
    List<String> classes = new ArrayList<>(names);
    if (classes.stream().allMatch(name -> name.matches("-?\\d{1,18}"))) {
      classes.sort(Comparator.comparingLong(Long::parseLong));
    }
    return classes;
  }

  private static LabelledRows rows(Table table, List<String> classes, int[] members) {
    int features = table.features().size();
    var values = new double[Math.multiplyExact(members.length, features)];
    var labels = new byte[members.length];
    for (int i = 0; i < members.length; i++) {
      System.arraycopy(table.rows().get(members[i]), 0, values, i * features, features);
      labels[i] = (byte) classes.indexOf(table.labels().get(members[i]));
    }
    return new LabelledRows(features, classes.size(), values, labels);
  }

  private static String shown(List<String> columns) {
    return Table.shown(String.join(", ", columns));
  }
}
