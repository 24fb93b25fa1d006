package dev.connectome.controller.store;

import dev.connectome.controller.filter.RunFilter;
import dev.connectome.controller.filter.RunOrder;
import dev.connectome.controller.run.RunState;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/** Lists of runs, within one transaction. */
public final class RunList {

  private final Handle handle;

  RunList(Handle handle) {
    this.handle = handle;
  }

  /**
   * Selects runs.
   *
   * @param states empty for all
   * @param labels labels that a run must have
   * @param condition what must be true beside
   */
  public record Filter(
      List<RunState> states, Map<String, String> labels, String idPrefix, RunFilter condition) {

    public Filter(List<RunState> states, Map<String, String> labels, String idPrefix) {
      this(states, labels, idPrefix, RunFilter.ALL);
    }
  }

  /** A run and where it is in the list. */
  public record Listed(RunRow run, RunPlace place) {}

  /** Newest first. */
  public List<RunRow> list(Filter filter, Optional<RunPlace> after, int limit) {
    return list(filter, RunOrder.NEWEST_FIRST, after, limit).stream().map(Listed::run).toList();
  }

  /**
   * Lists runs in an order.
   *
   * @param after a place in the same order
   */
  public List<Listed> list(Filter filter, RunOrder order, Optional<RunPlace> after, int limit) {
    var parameters = new RunConditions();
    var ordering = new RunOrdering(order, parameters);
    // Contains only the conditions that were given: the planner chooses an index by them.
    var conditions = new StringBuilder(parameters.sql(filter.condition()));
    if (!filter.states().isEmpty()) {
      conditions.append(" AND state = ANY (:states)");
    }
    if (!filter.labels().isEmpty()) {
      conditions.append(" AND labels @> jsonb_object(:keys, :values)");
    }
    if (!filter.idPrefix().isEmpty()) {
      conditions.append(" AND run_id LIKE :prefix");
    }
    after.ifPresent(place -> conditions.append(" AND ").append(ordering.behind(place)));
    Query query =
        handle
            .createQuery(
                """
                SELECT * FROM (
                  SELECT runs.*%s FROM runs WHERE %s ORDER BY %s LIMIT :limit) AS page
                JOIN heartbeats ON run_uid = uid
                ORDER BY %s
                """
                    .formatted(
                        ordering.columns(), conditions, ordering.orderBy(), ordering.orderBy()))
            .bind("limit", limit);
    parameters.bind(query);
    if (!filter.states().isEmpty()) {
      query.bindArray("states", String.class, filter.states().stream().map(Enum::name).toList());
    }
    if (!filter.labels().isEmpty()) {
      query
          .bindArray("keys", String.class, new ArrayList<>(filter.labels().keySet()))
          .bindArray("values", String.class, new ArrayList<>(filter.labels().values()));
    }
    if (!filter.idPrefix().isEmpty()) {
      query.bind("prefix", escaped(filter.idPrefix()) + "%");
    }
    return query
        .map(
            (row, context) -> {
              RunRow run = Rows.run(row);
              return new Listed(run, ordering.place(row, run));
            })
        .list();
  }

  /** A text as a pattern of LIKE that only it matches. */
  static String escaped(String text) {
    return text.replaceAll("([%_\\\\])", "\\\\$1");
  }

  /** States without runs are left out. */
  public Map<RunState, Long> countByState() {
    return handle
        .createQuery("SELECT state, count(*) AS runs FROM runs GROUP BY state")
        .reduceRows(
            new EnumMap<>(RunState.class),
            (counts, row) -> {
              counts.put(
                  RunState.valueOf(row.getColumn("state", String.class)),
                  row.getColumn("runs", Long.class));
              return counts;
            });
  }
}
