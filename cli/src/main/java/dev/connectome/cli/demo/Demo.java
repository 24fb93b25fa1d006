package dev.connectome.cli.demo;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Submits the runs of a demonstration and follows them to their ends. */
final class Demo {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(700);
  private static final Duration STALL_TIMEOUT = Duration.ofMinutes(3);

  private final ConnectomeClient client;
  private final ProgressView view;
  private final InstantSource clock;
  private final Map<String, ObservedRun> runs = new LinkedHashMap<>();
  private Instant lastChange;

  Demo(ConnectomeClient client, ProgressView view, InstantSource clock) {
    this.client = client;
    this.view = view;
    this.clock = clock;
    lastChange = clock.instant();
  }

  /**
   * Trains every run and its reference to their ends.
   *
   * @throws CommandFailure if a run fails, or no run makes progress for three minutes
   */
  List<Comparison> run(DemoPlan plan) throws InterruptedException {
    for (int i = 0; i < plan.runs(); i++) {
      submit(plan.name(i), plan.watched(i));
    }
    for (int i = 0; i < plan.runs(); i++) {
      submit(plan.referenceName(i), plan.reference(i));
    }
    while (runs.values().stream().anyMatch(run -> !run.ended())) {
      poll();
      view.show(runs.values());
      if (Duration.between(lastChange, clock.instant()).compareTo(STALL_TIMEOUT) > 0) {
        throw CommandFailure.failed(
            "no run made any progress for %d minutes: %s"
                .formatted(
                    STALL_TIMEOUT.toMinutes(),
                    runs.values().stream().map(PlainView::line).toList()));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL.toMillis());
    }
    // Observed again: the last signatures may be stored a moment after the end of a run.
    List<Comparison> comparisons = new ArrayList<>();
    for (int i = 0; i < plan.runs(); i++) {
      comparisons.add(new Comparison(observe(plan.name(i)), observe(plan.referenceName(i))));
    }
    return comparisons;
  }

  private void submit(String name, TrainingRun run) {
    runs.put(name, new ObservedRun(client.create(name, run), List.of()));
  }

  private void poll() {
    for (Map.Entry<String, ObservedRun> entry : runs.entrySet()) {
      ObservedRun before = entry.getValue();
      if (before.ended()) {
        continue;
      }
      try {
        ObservedRun now = observe(entry.getKey());
        if (!now.run().equals(before.run())) {
          lastChange = clock.instant();
        }
        entry.setValue(now);
        if (now.run().hasDecision() && !before.run().hasDecision()) {
          view.print("stopping " + now.name() + ": " + now.run().getDecision().getMessage());
        }
        requireNotFailed(now);
      } catch (ControllerException e) {
        // The platform restarts a controller that died.
        if (!e.isTransient()) {
          throw e;
        }
      }
    }
  }

  private ObservedRun observe(String name) {
    return new ObservedRun(client.get(name), client.signatures(name).toList());
  }

  private static void requireNotFailed(ObservedRun run) {
    if (run.run().getState() == RunState.RUN_STATE_FAILED) {
      throw CommandFailure.failed("run " + run.name() + " failed: " + run.run().getStateMessage());
    }
  }
}
