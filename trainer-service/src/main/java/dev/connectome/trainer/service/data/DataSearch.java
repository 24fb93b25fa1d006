package dev.connectome.trainer.service.data;

import dev.connectome.trainer.service.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks into a folder, and into those that archives and downloads nest in it. */
final class DataSearch {

  private static final int LEVELS = 3;

  /** A folder with more entries has the data itself, and is not searched for further folders. */
  private static final int MOST_ENTRIES = 256;

  private static final int SHOWN = 6;

  private DataSearch() {}

  /**
   * The folder nearest to the top that has what is wanted, at most three levels down.
   *
   * @throws UserException if several of one level have it
   */
  static Optional<Path> find(Path directory, Predicate<Path> wanted) throws UserException {
    List<Path> level = List.of(directory);
    for (int depth = 0; depth <= LEVELS && !level.isEmpty(); depth++) {
      List<Path> found = level.stream().filter(wanted).toList();
      if (found.size() > 1) {
        throw new UserException(
            "%s has several data sets: %s; give the folder of one of them"
                .formatted(directory, names(directory, found)));
      }
      if (!found.isEmpty()) {
        return Optional.of(found.get(0));
      }
      level = level.stream().flatMap(folder -> folders(folder).stream()).toList();
    }
    return Optional.empty();
  }

  /** Whether programs put the entry there for themselves: hidden, or of an archive of macOS. */
  static boolean isHidden(Path entry) {
    String name = String.valueOf(entry.getFileName());
    return name.startsWith(".") || name.equals("__MACOSX");
  }

  /** The visible folders in a folder, by name; none where there are many entries. */
  static List<Path> folders(Path directory) {
    return entries(directory, MOST_ENTRIES).filter(Files::isDirectory).toList();
  }

  /** The visible files in a folder, by name; none where there are many entries. */
  static List<Path> files(Path directory) {
    return entries(directory, MOST_ENTRIES).filter(Files::isRegularFile).toList();
  }

  private static Stream<Path> entries(Path directory, int most) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> visible =
          entries.filter(entry -> !isHidden(entry)).limit(most + 1L).sorted().toList();
      return visible.size() > most ? Stream.empty() : visible.stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  /** What a folder has, for people. */
  static String seen(Path directory) {
    List<String> names = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries
          .sorted()
          .limit(SHOWN + 1L)
          .forEach(entry -> names.add(entry.getFileName() + (Files.isDirectory(entry) ? "/" : "")));
    } catch (IOException e) {
      return "what cannot be read (%s)".formatted(e.getMessage());
    }
    if (names.size() > SHOWN) {
      names.set(SHOWN, "…");
    }
    return names.isEmpty() ? "nothing" : String.join(", ", names);
  }

  static String names(Path directory, List<Path> entries) {
    return entries.stream()
        .map(entry -> directory.relativize(entry).toString())
        .collect(Collectors.joining(", "));
  }
}
