package dev.connectome.controller.store;

import dev.connectome.controller.filter.RunField;
import dev.connectome.controller.filter.RunFilter;
import dev.connectome.controller.filter.RunFilter.And;
import dev.connectome.controller.filter.RunFilter.Has;
import dev.connectome.controller.filter.RunFilter.Matches;
import dev.connectome.controller.filter.RunFilter.Not;
import dev.connectome.controller.filter.RunFilter.NumberIs;
import dev.connectome.controller.filter.RunFilter.Or;
import dev.connectome.controller.filter.RunFilter.TimeIs;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.SqlStatement;

/** Conditions on rows of the table of runs, as SQL whose every value is a parameter. */
final class RunConditions {

  private final Map<String, Object> values = new HashMap<>();

  /** The name of a parameter with the value. */
  String parameter(Object value) {
    String name = "value" + values.size();
    values.put(name, value);
    return ":" + name;
  }

  void bind(SqlStatement<?> statement) {
    values.forEach(statement::bind);
  }

  String sql(RunFilter filter) {
    if (filter instanceof And and) {
      return joined(and.conditions(), " AND ", "true");
    }
    if (filter instanceof Or or) {
      return joined(or.conditions(), " OR ", "false");
    }
    if (filter instanceof Not not) {
      return "NOT " + sql(not.condition());
    }
    if (filter instanceof Has has) {
      return "(%s IS NOT NULL)".formatted(sql(has.field()));
    }
    if (filter instanceof Matches matches) {
      return matches(matches);
    }
    if (filter instanceof NumberIs number) {
      return decided(
          number.field(),
          "%s %s %s"
              .formatted(
                  sql(number.field()), number.comparator().symbol(), parameter(number.value())));
    }
    TimeIs time = (TimeIs) filter;
    return decided(
        time.field(),
        "%s %s %s"
            .formatted(sql(time.field()), time.comparator().symbol(), parameter(time.value())));
  }

  private String joined(List<RunFilter> conditions, String operator, String ofNone) {
    return conditions.isEmpty()
        ? ofNone
        : conditions.stream().map(this::sql).collect(Collectors.joining(operator, "(", ")"));
  }

  private String matches(Matches matches) {
    boolean whole = !matches.anyBefore() && !matches.anyAfter();
    if (whole && matches.field().name() == RunField.Name.LABEL) {
      return "(labels @> jsonb_build_object(%s::text, %s::text))"
          .formatted(parameter(matches.field().key()), parameter(matches.text()));
    }
    String text = stored(matches.field());
    if (whole) {
      return decided(matches.field(), "%s = %s".formatted(text, parameter(matches.text())));
    }
    String pattern =
        (matches.anyBefore() ? "%" : "")
            + RunList.escaped(matches.text())
            + (matches.anyAfter() ? "%" : "");
    return decided(matches.field(), "%s LIKE %s".formatted(text, parameter(pattern)));
  }

  /** Neither true nor false is false. */
  private static String decided(RunField field, String condition) {
    return switch (field.name()) {
      case NAME, UID, STATE, LAUNCHER, ATTEMPT, CREATE_TIME, UPDATE_TIME ->
          "(%s)".formatted(condition);
      default -> "coalesce(%s, false)".formatted(condition);
    };
  }

  /** The field as text is stored in it. */
  private String stored(RunField field) {
    return switch (field.name()) {
      case STATE -> "state";
      case LAUNCHER -> "launcher";
      default -> sql(field);
    };
  }

  /** The field as a value that is ordered as runs are: text, number or time. */
  String sql(RunField field) {
    return switch (field.name()) {
      case NAME -> "run_id";
      case UID -> "uid::text";
      case STATE -> rank("state", RunState.values());
      case LAUNCHER -> rank("launcher", LauncherType.values());
      case LABEL -> "labels ->> %s::text".formatted(parameter(field.key()));
      case ATTEMPT -> "attempt::float8";
      case COMPLETED_EPOCHS ->
          "(SELECT completed_epochs::float8 FROM heartbeats WHERE run_uid = uid)";
      case METRIC ->
          "(SELECT (metrics ->> %s::text)::float8 FROM heartbeats WHERE run_uid = uid)"
              .formatted(parameter(field.key()));
      case LOWEST -> extreme("lowest", field);
      case HIGHEST -> extreme("highest", field);
      case CREATE_TIME -> "create_time";
      case UPDATE_TIME -> "update_time";
      case START_TIME -> "start_time";
      case END_TIME -> "end_time";
      case DECISION ->
          "(SELECT policy_id FROM decisions WHERE run_uid = uid AND enforced AND revoke_time IS NULL)";
    };
  }

  private String extreme(String column, RunField field) {
    return "(SELECT %s[array_position(names, %s::text)] FROM series_ranges WHERE run_uid = uid)"
        .formatted(column, parameter(field.key()));
  }

  private static String rank(String column, Enum<?>[] values) {
    return "array_position(ARRAY[%s], %s)::float8"
        .formatted(
            Arrays.stream(values)
                .map(value -> "'%s'".formatted(value.name()))
                .collect(Collectors.joining(", ")),
            column);
  }
}
