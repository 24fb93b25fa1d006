package dev.connectome.controller.api;

import dev.connectome.controller.lifecycle.RunSeries;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Transaction;
import dev.connectome.protos.run.v1.AttemptStart;
import dev.connectome.protos.run.v1.ReadSeriesRequest;
import dev.connectome.protos.run.v1.ReadSeriesResponse;
import dev.connectome.protos.run.v1.RecordedSeries;
import dev.connectome.stopping.EpochObservation;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Reads series of runs, with no more points than a chart shows. */
final class ThinnedSeries {

  private static final int STANDARD_POINTS = 2_000;
  private static final int LEAST_POINTS = 4;

  private final Runs runs;

  ThinnedSeries(Runs runs) {
    this.runs = runs;
  }

  ReadSeriesResponse read(ReadSeriesRequest request) {
    int most = request.getMaxPoints() == 0 ? STANDARD_POINTS : request.getMaxPoints();
    if (most < LEAST_POINTS) {
      throw ApiErrors.invalid(
          "max_points", "must be 0, or %d to 10000, not %d".formatted(LEAST_POINTS, most));
    }
    if (request.getSeriesCount() == 0) {
      throw ApiErrors.invalid("series", "must name at least one series, such as trainLoss");
    }
    return runs.read(
        RunRequests.id("name", request.getName()),
        (transaction, run) -> read(transaction, run, request.getSeriesList(), most));
  }

  private static ReadSeriesResponse read(
      Transaction transaction, RunRow run, List<String> asked, int most) {
    Map<String, RecordedSeries.Builder> series = new LinkedHashMap<>();
    for (String name : new LinkedHashSet<>(asked)) {
      series.put(name, RecordedSeries.newBuilder().setName(name));
    }
    Map<Integer, Integer> starts = new LinkedHashMap<>();
    new RunSeries(transaction, run.uid(), run.position(), series.keySet(), false)
        .forEach(
            point -> {
              starts.putIfAbsent(point.attempt(), point.epoch());
              series.forEach((name, points) -> add(points, point, name));
            });
    var response = ReadSeriesResponse.newBuilder();
    series.values().stream()
        .filter(points -> points.getEpochsCount() > 0)
        .forEach(points -> response.addSeries(thinned(points, most)));
    starts.forEach(
        (attempt, epoch) ->
            response.addAttempts(AttemptStart.newBuilder().setAttempt(attempt).setEpoch(epoch)));
    return response.build();
  }

  private static void add(RecordedSeries.Builder points, EpochObservation point, String name) {
    Double value = point.distances().getOrDefault(name, point.values().get(name));
    if (value != null) {
      points.addEpochs(point.epoch()).addValues(value);
    }
  }

  /**
   * Of each stretch the smallest and the largest value, in their order; both ends of the series.
   */
  static RecordedSeries thinned(RecordedSeries.Builder all, int most) {
    int count = all.getEpochsCount();
    all.setRecordedPoints(count);
    if (count <= most) {
      return all.build();
    }
    var kept = RecordedSeries.newBuilder().setName(all.getName()).setRecordedPoints(count);
    int stretches = (most - 2) / 2;
    keep(all, kept, 0);
    for (int stretch = 0; stretch < stretches; stretch++) {
      int from = 1 + (int) ((long) (count - 2) * stretch / stretches);
      int to = 1 + (int) ((long) (count - 2) * (stretch + 1) / stretches);
      int smallest = from;
      int largest = from;
      for (int i = from + 1; i < to; i++) {
        smallest = Double.compare(all.getValues(i), all.getValues(smallest)) < 0 ? i : smallest;
        largest = Double.compare(all.getValues(i), all.getValues(largest)) > 0 ? i : largest;
      }
      keep(all, kept, Math.min(smallest, largest));
      if (smallest != largest) {
        keep(all, kept, Math.max(smallest, largest));
      }
    }
    keep(all, kept, count - 1);
    return kept.build();
  }

  private static void keep(RecordedSeries.Builder all, RecordedSeries.Builder kept, int index) {
    kept.addEpochs(all.getEpochs(index)).addValues(all.getValues(index));
  }
}
