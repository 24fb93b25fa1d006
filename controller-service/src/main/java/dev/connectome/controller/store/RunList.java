package dev.connectome.controller.store;

import dev.connectome.controller.run.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
   */
  public record Filter(List<RunState> states, Map<String, String> labels, String idPrefix) {}

  /**
   * A position in a list: runs created earlier, or at the same time with a smaller uid, follow it.
   */
  public record Place(Instant createTime, UUID uid) {}

  /** Newest first. */
  public List<RunRow> list(Filter filter, Optional<Place> after, int limit) {
    // Contains only the conditions that were given: the planner chooses an index by them.
    var conditions = new StringBuilder("true");
    if (!filter.states().isEmpty()) {
      conditions.append(" AND state = ANY (:states)");
    }
    if (!filter.labels().isEmpty()) {
      conditions.append(" AND labels @> jsonb_object(:keys, :values)");
    }
    if (!filter.idPrefix().isEmpty()) {
      conditions.append(" AND run_id LIKE :prefix");
    }
    if (after.isPresent()) {
      conditions.append(" AND (create_time, uid) < (:createTime, :uid)");
    }
    Query query =
        handle
            .createQuery(
                """
                SELECT * FROM (
                  SELECT * FROM runs WHERE %s ORDER BY create_time DESC, uid DESC LIMIT :limit) AS page
                JOIN heartbeats ON run_uid = uid
                ORDER BY create_time DESC, uid DESC
                """
                    .formatted(conditions))
            .bind("limit", limit);
    if (!filter.states().isEmpty()) {
      query.bindArray("states", String.class, filter.states().stream().map(Enum::name).toList());
    }
    if (!filter.labels().isEmpty()) {
      query
          .bindArray("keys", String.class, new ArrayList<>(filter.labels().keySet()))
          .bindArray("values", String.class, new ArrayList<>(filter.labels().values()));
    }
    if (!filter.idPrefix().isEmpty()) {
      query.bind("prefix", filter.idPrefix().replaceAll("([%_\\\\])", "\\\\$1") + "%");
    }
    after.ifPresent(place -> query.bind("createTime", place.createTime()).bind("uid", place.uid()));
    return query.map((row, context) -> Rows.run(row)).list();
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
