package dev.connectome.controller.store;

import dev.connectome.controller.run.AttemptEnd;
import dev.connectome.controller.run.LauncherType;
import dev.connectome.controller.run.RunState;
import dev.connectome.controller.run.StopMode;
import dev.connectome.controller.run.StopPhase;
import dev.connectome.controller.run.Wanted;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Maps result sets to rows. */
final class Rows {

  private Rows() {}

  static RunRow run(ResultSet row) throws SQLException {
    return new RunRow(
        uuid(row, "uid"),
        row.getString("run_id"),
        LauncherType.valueOf(row.getString("launcher")),
        row.getBytes("definition"),
        RunState.valueOf(row.getString("state")),
        Optional.ofNullable(row.getString("lost_from")).map(RunState::valueOf),
        row.getString("state_message"),
        row.getString("quarantine"),
        row.getInt("attempt"),
        row.getBoolean("advanced")
            ? AttemptEnd.Early.NONE
            : new AttemptEnd.Early(row.getInt("failures"), row.getInt("interruptions")),
        row.getLong("position"),
        row.getInt("judged_attempt"),
        row.getInt("judged_epoch"),
        row.getInt("consumed_epoch"),
        row.getInt("rearm_epoch"),
        row.getString("stages"),
        Optional.ofNullable(row.getBytes("policy_holds")),
        row.getInt("completed_epochs"),
        Optional.ofNullable(row.getBytes("progress")),
        Optional.ofNullable(row.getBytes("outcome")),
        row.getTimestamp("create_time").toInstant(),
        row.getTimestamp("update_time").toInstant(),
        instant(row, "start_time"),
        instant(row, "end_time"));
  }

  static EnforcementRow enforcement(ResultSet row) throws SQLException {
    return new EnforcementRow(
        row.getBoolean("suspended"),
        row.getString("reason"),
        row.getString("actor"),
        row.getTimestamp("update_time").toInstant());
  }

  static AttemptRow attempt(ResultSet row) throws SQLException {
    return new AttemptRow(
        uuid(row, "run_uid"),
        row.getInt("attempt"),
        row.getString("instance_id"),
        Optional.ofNullable(row.getString("endpoint")),
        Optional.ofNullable(row.getString("controller")),
        Optional.ofNullable(row.getString("process")),
        Wanted.valueOf(row.getString("wanted")),
        row.getTimestamp("terminate_time") != null,
        row.getTimestamp("end_time") != null,
        Duration.ofMillis(row.getLong("since_end_millis")));
  }

  static StopRow stop(ResultSet row) throws SQLException {
    int restoreEpoch = row.getInt("restore_epoch");
    Optional<Integer> restore = row.wasNull() ? Optional.empty() : Optional.of(restoreEpoch);
    return new StopRow(
        uuid(row, "command_id"),
        uuid(row, "run_uid"),
        row.getInt("attempt"),
        StopMode.valueOf(row.getString("mode")),
        row.getString("reason"),
        restore,
        row.getTimestamp("due_time").toInstant(),
        Duration.ofMillis(Math.max(0, row.getLong("left_millis"))),
        row.getTimestamp("given_up_time") == null
            ? StopPhase.valueOf(row.getString("phase"))
            : StopPhase.GIVEN_UP,
        row.getInt("push_attempts"),
        row.getString("last_error"),
        instant(row, "deliver_time"),
        instant(row, "acknowledge_time"),
        instant(row, "finish_time"));
  }

  static EventRow event(ResultSet row) throws SQLException {
    return new EventRow(
        row.getLong("position"),
        row.getTimestamp("event_time").toInstant(),
        row.getString("kind"),
        row.getString("actor"),
        row.getString("message"),
        row.getString("state"),
        row.getInt("attempt"));
  }

  static SignatureRow signature(ResultSet row) throws SQLException {
    return new SignatureRow(
        row.getLong("position"),
        row.getInt("attempt"),
        row.getInt("epoch"),
        row.getBoolean("late"),
        row.getBytes("record"));
  }

  static DecisionRow decision(ResultSet row) throws SQLException {
    return new DecisionRow(
        row.getString("policy_id"),
        row.getBoolean("enforced"),
        row.getBytes("decision"),
        row.getTimestamp("decide_time").toInstant(),
        row.getTimestamp("revoke_time") != null);
  }

  static UUID uuid(ResultSet row, String column) throws SQLException {
    return row.getObject(column, UUID.class);
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    @Nullable Timestamp timestamp = row.getTimestamp(column);
    return timestamp == null ? Optional.empty() : Optional.of(timestamp.toInstant());
  }
}
