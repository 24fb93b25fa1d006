package dev.connectome.benchmarks.pipeline;

import dev.connectome.benchmarks.harness.BenchReport;
import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.cli.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What the service holds of open runs.
 *
 * @param neurons P
 * @param samples N
 * @param batches batches of each open snapshot, of which all but the last were published
 * @param resident how resident memory grows with the number of runs
 * @param state how local state grows with the number of runs
 */
record OpenRunsReport(
    Machine machine,
    int neurons,
    int samples,
    int batches,
    long peakResidentBytes,
    Growth resident,
    Growth state,
    List<Step> steps)
    implements BenchReport {

  static OpenRunsReport of(
      Machine machine,
      int neurons,
      int samples,
      int batches,
      long peakResidentBytes,
      List<Step> steps) {
    List<Step> filled = steps.subList(1, steps.size());
    return new OpenRunsReport(
        machine,
        neurons,
        samples,
        batches,
        peakResidentBytes,
        Growth.of(filled, Step::residentBytes),
        Growth.of(filled, Step::stateBytes),
        List.copyOf(steps));
  }

  @Override
  public boolean passed() {
    return true;
  }

  @Override
  public List<String> lines() {
    Table table = new Table("OPEN RUNS", "RESIDENT MiB", "LOCAL STATE MiB");
    for (Step step : steps) {
      table.row(
          Integer.toString(step.openRuns()),
          "%.0f".formatted(step.residentBytes() / 1048576.0),
          "%.0f".formatted(step.stateBytes() / 1048576.0));
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s; N = %d, P = %d, %d of %d batches of every open snapshot have come"
            .formatted(machine, samples, neurons, batches - 1, batches));
    lines.addAll(table.lines());
    lines.add("one more run, resident memory: " + resident);
    lines.add("one more run, local state:     " + state);
    lines.add("peak resident memory: %.0f MiB".formatted(peakResidentBytes / 1048576.0));
    return lines;
  }

  /** Resident memory and local state on disk of the service, at one number of open runs. */
  record Step(int openRuns, long residentBytes, long stateBytes) {}

  /**
   * A line through the steps by least squares, without the empty service.
   *
   * @param bytesPerRun its slope
   * @param determination R², the share of the variation that the line explains
   */
  record Growth(double bytesPerRun, double determination) {

    static Growth of(List<Step> steps, ToDoubleFunction<Step> bytes) {
      double meanRuns = steps.stream().mapToDouble(Step::openRuns).average().orElse(0);
      double meanBytes = steps.stream().mapToDouble(bytes).average().orElse(0);
      double runs = 0;
      double both = 0;
      double all = 0;
      for (Step step : steps) {
        double dx = step.openRuns() - meanRuns;
        double dy = bytes.applyAsDouble(step) - meanBytes;
        runs += dx * dx;
        both += dx * dy;
        all += dy * dy;
      }
      return runs == 0 || all == 0
          ? new Growth(0, 1)
          : new Growth(both / runs, both * both / (runs * all));
    }

    @Override
    public String toString() {
      return "%.1f KiB (R² = %.3f)".formatted(bytesPerRun / 1024, determination);
    }
  }
}
