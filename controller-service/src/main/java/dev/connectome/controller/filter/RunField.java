package dev.connectome.controller.filter;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A field of a run.
 *
 * @param key of a map's field the key; otherwise empty
 */
public record RunField(Name name, String key) {

  /** How values of a field compare. */
  public enum Type {
    TEXT,
    /** Text of which only certain values exist, in an order of their own. */
    CHOICE,
    NUMBER,
    TIME
  }

  /** The fields, or maps of fields. */
  public enum Name {
    NAME("name", Type.TEXT, true),
    UID("uid", Type.TEXT, false),
    STATE("state", Type.CHOICE, true),
    LAUNCHER("launcher", Type.CHOICE, true),
    LABEL("labels.", Type.TEXT, true),
    ATTEMPT("attempt", Type.NUMBER, true),
    COMPLETED_EPOCHS("progress.completed_epochs", Type.NUMBER, true),
    METRIC("metrics.", Type.NUMBER, true),
    LOWEST("lowest.", Type.NUMBER, true),
    HIGHEST("highest.", Type.NUMBER, true),
    CREATE_TIME("create_time", Type.TIME, true),
    UPDATE_TIME("update_time", Type.TIME, true),
    START_TIME("start_time", Type.TIME, true),
    END_TIME("end_time", Type.TIME, true),
    DECISION("decision.policy_id", Type.TEXT, false);

    private final String path;
    private final Type type;
    private final boolean sortable;

    Name(String path, Type type, boolean sortable) {
      this.path = path;
      this.type = type;
      this.sortable = sortable;
    }

    public Type type() {
      return type;
    }

    boolean isMap() {
      return path.endsWith(".");
    }
  }

  public Type type() {
    return name.type();
  }

  boolean isSortable() {
    return name.sortable;
  }

  /** Whether it is a map as a whole, which only has keys. */
  boolean isWholeMap() {
    return name.isMap() && key.isEmpty();
  }

  /** As a filter names it. */
  public String path() {
    return name.path + key;
  }

  /** The field of a path; of a map alone that of an empty key. */
  static Optional<RunField> of(List<String> segments) {
    String path = String.join(".", segments);
    return Arrays.stream(Name.values())
        .filter(name -> name.isMap() ? (path + ".").startsWith(name.path) : path.equals(name.path))
        .findFirst()
        .map(
            name ->
                new RunField(
                    name,
                    path.length() > name.path.length() ? path.substring(name.path.length()) : ""));
  }

  /** Names for people. */
  static String known(boolean sortable) {
    return Arrays.stream(Name.values())
        .filter(name -> name.sortable || !sortable)
        .map(name -> name.isMap() ? name.path + "KEY" : name.path)
        .collect(Collectors.joining(", "));
  }
}
