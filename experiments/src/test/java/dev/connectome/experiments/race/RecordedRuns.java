package dev.connectome.experiments.race;

import dev.connectome.experiments.recording.Provenance;
import dev.connectome.experiments.recording.RecordedRun;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recorded trainings made up for tests. */
final class RecordedRuns {
  static final Provenance PROVENANCE =
      new Provenance("test", "0", "17", "Linux", 2, "2026-11-26T00:00:00Z", 1);

  private RecordedRuns() {}

  /** With these accuracies, an epoch each, and these decisions. */
  static RecordedRun run(
      String setting,
      int seed,
      boolean heldOut,
      Map<String, RecordedRun.Decision> decisions,
      Double... accuracies) {
    return run(setting, seed, heldOut, decisions, Map.of(), accuracies);
  }

  /** With further series, each as long as the accuracies. */
  static RecordedRun run(
      String setting,
      int seed,
      boolean heldOut,
      Map<String, RecordedRun.Decision> decisions,
      Map<String, List<Double>> series,
      Double... accuracies) {
    Map<String, List<Double>> all = new LinkedHashMap<>(series);
    all.put(RecordedRun.ACCURACY, Arrays.asList(accuracies));
    return new RecordedRun(
        setting, seed, heldOut, accuracies.length, 1, all, decisions, Map.of(), "", 0, 0);
  }
}
