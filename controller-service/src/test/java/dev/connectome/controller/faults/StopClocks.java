package dev.connectome.controller.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * No clock of a stop runs while nobody could deliver it: a stop that was escalated had its whole
 * grace since it was delivered, or since its trainer's silence was noticed, and since the last time
 * that no controller was up or the database took no writes.
 */
final class StopClocks {

  private final Duration maxGap;
  private final List<Gap> gaps = new ArrayList<>();
  private Optional<Instant> nobodySince = Optional.empty();

  /** A time in which nobody could deliver. */
  private record Gap(Instant begin, Instant end) {}

  /** An escalation, and when the time of its stop began by what is on record. */
  private record Escalation(UUID runUid, Instant time, Instant begin, Duration grace) {}

  /**
   * @param maxGap shorter times in which nobody could deliver pass unnoticed
   */
  StopClocks(Duration maxGap) {
    this.maxGap = maxGap;
  }

  /** Tells whether a controller is up from now on. */
  void controllersAreUp(boolean up) {
    if (up) {
      nobodySince.ifPresent(this::nobodyDeliveredSince);
      nobodySince = Optional.empty();
    } else if (nobodySince.isEmpty()) {
      nobodySince = Optional.of(Instant.now());
    }
  }

  /** From then until now no controller was up, or the database took no writes. */
  void nobodyDeliveredSince(Instant begin) {
    var gap = new Gap(begin, Instant.now());
    if (Duration.between(gap.begin(), gap.end()).compareTo(maxGap) > 0) {
      gaps.add(gap);
    }
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
