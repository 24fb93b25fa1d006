package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * No clock of a stop runs while nobody could deliver it: a stop that was escalated had its whole
 * grace since it was delivered, or since its trainer's silence was noticed, and since the last time
 * that no controller was up or the database took no writes.
 */
final class StopClocks {

  /** Shorter ones may pass unnoticed. */
  private static final Duration NOTICED = Duration.ofMillis(1_500);

  private final List<Gap> gaps;

  /** A time in which nobody could deliver. */
  record Gap(Instant begin, Instant end) {
    private boolean isNoticed() {
      return Duration.between(begin, end).compareTo(NOTICED) > 0;
    }
  }

  /** An escalation, and when the time of its stop began by what is on record. */
  private record Escalation(UUID runUid, Instant time, Instant begin, Duration grace) {}

  StopClocks(List<Gap> gaps) {
    this.gaps = gaps.stream().filter(Gap::isNoticed).toList();
  }

  void check(DataSource database) {
    for (Escalation escalation : escalations(database)) {
      assertThat(escalation.time())
          .as("when the stop of %s was escalated", escalation.runUid())
          .isAfterOrEqualTo(lastBegin(escalation).plus(escalation.grace()));
    }
  }

  private Instant lastBegin(Escalation escalation) {
    Instant begin = escalation.begin();
    for (Gap gap : gaps) {
      if (gap.end().isAfter(begin) && !gap.end().isAfter(escalation.time())) {
        begin = gap.end();
      }
    }
    return begin;
  }

  /** A command whose mode was raised later has its time anew, so its earlier one is not known. */
  private static List<Escalation> escalations(DataSource database) {
    return Jdbi.create(database)
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT stops.run_uid, escalated.event_time, begin_time, grace_millis
                        FROM stop_commands AS stops
                          JOIN events AS escalated ON escalated.run_uid = stops.run_uid
                            AND escalated.kind = 'STOP_ESCALATED'
                            AND escalated.event_time >= stops.create_time
                            AND escalated.event_time <= coalesce(stops.finish_time, now())
                          CROSS JOIN LATERAL (SELECT coalesce(deliver_time,
                            (SELECT max(event_time) FROM events AS lost
                              WHERE lost.run_uid = stops.run_uid AND lost.kind = 'STATE_CHANGED'
                                AND lost.state = 'LOST' AND lost.event_time <= escalated.event_time),
                            'infinity') AS begin_time) AS clock
                        WHERE deliver_time IS NULL OR deliver_time <= escalated.event_time
                        """)
                    .map(
                        (row, context) ->
                            new Escalation(
                                row.getObject("run_uid", UUID.class),
                                row.getTimestamp("event_time").toInstant(),
                                row.getTimestamp("begin_time").toInstant(),
                                Duration.ofMillis(row.getLong("grace_millis"))))
                    .list());
  }
}
