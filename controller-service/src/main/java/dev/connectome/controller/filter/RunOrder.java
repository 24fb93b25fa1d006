package dev.connectome.controller.filter;

import java.util.ArrayList;
import java.util.List;

/**
 * The order of a list. Runs that it does not tell apart are in order of their creation, newest
 * first.
 */
public record RunOrder(List<Key> keys) {

  private static final int MAX_KEYS = 4;

  /** Newest first. */
  public static final RunOrder NEWEST_FIRST = new RunOrder(List.of());

  /** A field by which runs are ordered; those without it are last. */
  public record Key(RunField field, boolean descending) {}

  public RunOrder {
    keys = List.copyOf(keys);
  }

  /**
   * Reads an order; an empty one is newest first.
   *
   * @throws FilterException if it is none
   */
  public static RunOrder parse(String text) {
    var scanner = new FilterScanner(text);
    List<Key> keys = new ArrayList<>();
    while (!scanner.atEnd() || !keys.isEmpty()) {
      int start = scanner.position();
      RunField field = scanner.field();
      if (!field.isSortable() || field.isWholeMap()) {
        throw scanner.error(start, "order by " + RunField.known(true));
      }
      boolean descending = scanner.keyword("desc");
      if (!descending) {
        var unused = scanner.keyword("asc");
      }
      keys.add(new Key(field, descending));
      if (keys.size() > MAX_KEYS) {
        throw scanner.error(start, "name at most %d fields".formatted(MAX_KEYS));
      }
      if (scanner.atEnd()) {
        break;
      }
      if (!scanner.symbol(",")) {
        throw scanner.error("write desc, or a comma before the next field");
      }
    }
    return new RunOrder(keys);
  }
}
