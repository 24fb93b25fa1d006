package dev.connectome.controller.store;

import dev.connectome.controller.filter.RunField;
import dev.connectome.controller.filter.RunOrder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An order of runs as SQL. A run without a value of a key comes last, whatever the direction. */
final class RunOrdering {

  private final RunOrder order;
  private final RunConditions conditions;
  private final List<String> keys;

  RunOrdering(RunOrder order, RunConditions conditions) {
    this.order = order;
    this.conditions = conditions;
    this.keys = order.keys().stream().map(key -> expression(key.field(), conditions)).toList();
  }

  private static String expression(RunField field, RunConditions conditions) {
    String sql = conditions.sql(field);
    // The same order whatever the locale of the database.
    return field.type() == RunField.Type.TEXT ? "(%s) COLLATE \"C\"".formatted(sql) : sql;
  }

  /** The keys as further columns. */
  String columns() {
    return IntStream.range(0, keys.size())
        .mapToObj(i -> ", %s AS key%d".formatted(keys.get(i), i))
        .collect(Collectors.joining());
  }

  /** The order by those columns. */
  String orderBy() {
    return IntStream.range(0, keys.size())
            .mapToObj(i -> "key%d %s NULLS LAST, ".formatted(i, isDescending(i) ? "DESC" : "ASC"))
            .collect(Collectors.joining())
        + "create_time DESC, uid DESC";
  }

  /** Whether a row comes after a place. */
  String behind(RunPlace place) {
    String behind =
        "(create_time, uid) < (%s, %s)"
            .formatted(conditions.parameter(place.createTime()), conditions.parameter(place.uid()));
    for (int i = keys.size() - 1; i >= 0; i--) {
      String key = keys.get(i);
      Optional<Object> value = place.keys().get(i);
      if (value.isEmpty()) {
        behind = "(%s IS NULL AND %s)".formatted(key, behind);
      } else {
        String there = conditions.parameter(value.get());
        behind =
            "(%1$s %2$s %3$s OR %1$s IS NULL OR (%1$s = %3$s AND %4$s))"
                .formatted(key, isDescending(i) ? "<" : ">", there, behind);
      }
    }
    return behind;
  }

  private boolean isDescending(int key) {
    return order.keys().get(key).descending();
  }

  /** The place of a row that has those columns. */
  RunPlace place(ResultSet row, RunRow run) throws SQLException {
    List<Optional<Object>> values = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      @Nullable Object value = row.getObject("key" + i);
      values.add(Optional.ofNullable(value instanceof Timestamp time ? time.toInstant() : value));
    }
    return new RunPlace(values, run.createTime(), run.uid());
  }
}
