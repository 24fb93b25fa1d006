package dev.connectome.benchmarks.control;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.connectome.benchmarks.harness.Latencies.Percentiles;
import dev.connectome.benchmarks.harness.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the benchmark found; the JSON that it prints.
 *
 * @param machine where and when
 * @param load what was played
 * @param stops what became of the stops
 * @param heartbeats what became of the heartbeats
 * @param controller what the controller used while stops were timed
 * @param list the pages of the list; none if none were asked for
 */
record ControlReport(
    Machine machine,
    Load load,
    StopAudit.Result stops,
    Heartbeats heartbeats,
    Controller controller,
    List<ListPages.Pages> list) {

  /**
   * What was played.
   *
   * @param runs trainers at a time, each at its own endpoint and over its own connection
   * @param runsInAll runs that they trained, one after the other
   * @param heartbeatSeconds between two heartbeats of a trainer
   * @param signaturesPerSecond that were published while stops were timed
   * @param seconds for how long stops were timed
   * @param endedRuns runs that lay in the database besides
   * @param seed of everything random
   */
  record Load(
      int runs,
      int runsInAll,
      double heartbeatSeconds,
      double signaturesPerSecond,
      double seconds,
      int endedRuns,
      long seed) {}

  /**
   * Heartbeats.
   *
   * @param millis until they were answered
   * @param failed those that failed, by status, the warm-up included
   */
  record Heartbeats(Percentiles millis, Map<String, Integer> failed) {}

  /**
   * The controller's process.
   *
   * @param peakResidentBytes the most resident memory it ever had
   * @param cores processor time a second while stops were timed
   * @param otherCores the same of this process: the trainers that are played and, unless the
   *     platform was up before, the broker
   */
  record Controller(long peakResidentBytes, double cores, double otherCores) {}

  @JsonIgnore
  boolean isRight() {
    return stops.isRight();
  }

  /** The report for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("machine     " + machine);
    lines.add(
        "load        %d trainers, heartbeats every %s s, %.1f signatures/s for %.0f s; %d runs in all beside %d ended ones"
            .formatted(
                load.runs(),
                load.heartbeatSeconds(),
                load.signaturesPerSecond(),
                load.seconds(),
                load.runsInAll(),
                load.endedRuns()));
    lines.add(
        "stops       %d due (%d by person): lost %d, doubled %d, wrong %d; %d deliveries repeated"
            .formatted(
                stops.due(),
                stops.byPerson(),
                stops.lost(),
                stops.doubled(),
                stops.wrong(),
                stops.repeatedDeliveries()));
    lines.add("decision    " + text(stops.decisionMillis()) + " from readable to stored");
    lines.add("order       " + text(stops.orderMillis()) + " from stored to the trainer");
    lines.add("stop        " + text(stops.stopMillis()) + " from stored to acknowledged, stored");
    lines.add(
        "heartbeats  " + text(heartbeats.millis()) + "; failed: " + heartbeats.failed().toString());
    lines.add(
        "controller  peak resident memory %.0f MiB, %.2f cores; trainers and broker %.2f cores"
            .formatted(
                controller.peakResidentBytes() / 1048576.0,
                controller.cores(),
                controller.otherCores()));
    for (ListPages.Pages pages : list) {
      lines.add(
          "list        %-30s %6d runs in pages of %4d: %s"
              .formatted(pages.query(), pages.runs(), pages.pageSize(), text(pages.pageMillis())));
    }
    return lines;
  }

  private static String text(Percentiles millis) {
    return "p50 %.0f ms, p99 %.0f ms, max %.0f ms (%d)"
        .formatted(millis.p50(), millis.p99(), millis.max(), millis.count());
  }
}
