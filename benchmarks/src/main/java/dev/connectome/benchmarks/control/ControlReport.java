package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.BenchReport;
import dev.connectome.benchmarks.harness.Latencies.Percentiles;
import dev.connectome.benchmarks.harness.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the benchmark found; {@code list} is empty unless {@code --list} was given, and {@code
 * history} unless {@code --history} was.
 */
record ControlReport(
    Machine machine,
    Load load,
    StopAudit.Result stops,
    Heartbeats heartbeats,
    Controller controller,
    List<ListPages.Pages> list,
    List<HistoryCost.Cost> history)
    implements BenchReport {

  /**
   * What was simulated.
   *
   * @param runs trainers at a time, each with its own endpoint and connection
   * @param runsInAll runs that they trained, one after the other
   * @param heartbeatSeconds between two heartbeats of a trainer
   * @param signaturesPerSecond published while stops were timed
   * @param seconds in which stops were timed
   * @param endedRuns runs inserted into the database beforehand
   */
  record Load(
      int runs,
      int runsInAll,
      double heartbeatSeconds,
      double signaturesPerSecond,
      double seconds,
      int endedRuns,
      long seed) {}

  /** Response times, and failures by status, those of the warm-up included. */
  record Heartbeats(Percentiles millis, Map<String, Integer> failed) {}

  /**
   * The controller's process.
   *
   * @param cores processor time per second while stops were timed
   * @param otherCores the same of this process: the simulated trainers and, on a temporary
   *     platform, the broker
   */
  record Controller(long peakResidentBytes, double cores, double otherCores) {}

  @Override
  public boolean passed() {
    return stops.passed();
  }

  @Override
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("machine     " + machine);
    lines.add(
        "load        %d trainers, heartbeats every %s s, %.1f signatures/s for %.0f s; %d runs in all, %d ended ones in the database"
            .formatted(
                load.runs(),
                load.heartbeatSeconds(),
                load.signaturesPerSecond(),
                load.seconds(),
                load.runsInAll(),
                load.endedRuns()));
    lines.add(
        "stops       %d due (%d by a person): lost %d, doubled %d, wrong %d; %d deliveries repeated"
            .formatted(
                stops.due(),
                stops.byPerson(),
                stops.lost(),
                stops.doubled(),
                stops.wrong(),
                stops.repeatedDeliveries()));
    lines.add("decision    " + text(stops.decisionMillis()) + " from readable to stored");
    lines.add("command     " + text(stops.orderMillis()) + " from stored to the trainer");
    lines.add("stop        " + text(stops.stopMillis()) + " from stored to acknowledgement stored");
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
    for (HistoryCost.Cost cost : history) {
      lines.add(
          "history     a signature behind %d epochs costs the controller %.2f ms of processor time (%d signatures)"
              .formatted(cost.epochs(), cost.cpuMillis(), cost.signatures()));
    }
    if (history.size() == 2) {
      lines.add(
          "history     ratio %.2f"
              .formatted(history.get(1).cpuMillis() / history.get(0).cpuMillis()));
    }
    return lines;
  }

  private static String text(Percentiles millis) {
    return "p50 %.0f ms, p99 %.0f ms, max %.0f ms (%d)"
        .formatted(millis.p50(), millis.p99(), millis.max(), millis.count());
  }
}
