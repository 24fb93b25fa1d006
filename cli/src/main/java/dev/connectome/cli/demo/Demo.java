package dev.connectome.cli.demo;

import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.Signatures;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.RunState;
import dev.connectome.protos.run.v1.TrainingRun;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Submits the runs of a demonstration and follows them to their ends. */
final class Demo {
  private static final Duration LOOK_EVERY = Duration.ofMillis(700);
  private static final Duration STALLED = Duration.ofMinutes(3);

  private final ConnectomeClient connection;
  private final ProgressView view;
  private final InstantSource clock;
  private final Map<String, ObservedRun> observed = new LinkedHashMap<>();
  private Instant lastChange;

  Demo(ConnectomeClient connection, ProgressView view, InstantSource clock) {
    this.connection = connection;
    this.view = view;
    this.clock = clock;
    lastChange = clock.instant();
  }

  /**
   * Runs the demonstration.
   *
   * @param plan what to train
   * @return every run with its reference, all ended
   * @throws InterruptedException if the thread is interrupted
   * @throws CommandFailure if a run ends otherwise than it should, or nothing moves for three
   *     minutes
   */
  List<Comparison> run(DemoPlan plan) throws InterruptedException {
    for (int i = 0; i < plan.runs(); i++) {
      submit(plan.name(i), plan.watched(i));
    }
    for (int i = 0; i < plan.runs(); i++) {
      submit(plan.referenceName(i), plan.reference(i));
    }
    while (observed.values().stream().anyMatch(run -> !run.ended())) {
      look();
      view.show(observed.values());
      if (Duration.between(lastChange, clock.instant()).compareTo(STALLED) > 0) {
        throw CommandFailure.failed(
            "no run made any progress for "
                + STALLED.toMinutes()
                + " minutes: "
                + observed.values().stream().map(PlainView::line).toList());
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
    }
    List<Comparison> pairs = new ArrayList<>();
    for (int i = 0; i < plan.runs(); i++) {
      pairs.add(new Comparison(ended(plan.name(i)), ended(plan.referenceName(i))));
    }
    return pairs;
  }

  private void submit(String id, TrainingRun run) {
    TrainingRun created =
        connection
            .calls()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId(id)
                    .setTrainingRun(run)
                    .setRequestId(UUID.randomUUID().toString())
                    .build());
    observed.put(id, new ObservedRun(created, List.of()));
  }

  private void look() {
    for (Map.Entry<String, ObservedRun> entry : observed.entrySet()) {
      ObservedRun before = entry.getValue();
      if (before.ended()) {
        continue;
      }
      try {
        ObservedRun now = observe(before.run().getName());
        if (!now.run().equals(before.run())) {
          lastChange = clock.instant();
        }
        entry.setValue(now);
        if (now.run().hasDecision() && !before.run().hasDecision()) {
          view.say("stopping " + now.name() + ": " + now.run().getDecision().getMessage());
        }
        check(now);
      } catch (StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        // The platform starts a controller that died again.
        if (code != Status.Code.UNAVAILABLE && code != Status.Code.DEADLINE_EXCEEDED) {
          throw e;
        }
      }
    }
  }

  private ObservedRun observe(String name) {
    TrainingRun run =
        connection.calls().getTrainingRun(GetTrainingRunRequest.newBuilder().setName(name).build());
    return new ObservedRun(run, Signatures.all(connection, name));
  }

  private static void check(ObservedRun run) {
    if (run.run().getState() == RunState.RUN_STATE_FAILED) {
      throw CommandFailure.failed("run " + run.name() + " failed: " + run.run().getStateMessage());
    }
  }

  /** With the signatures that came after its end: the last ones may be stored a moment later. */
  private ObservedRun ended(String id) {
    ObservedRun last = observed.get(id);
    if (last == null) {
      throw new IllegalStateException("not submitted: " + id);
    }
    return observe(last.run().getName());
  }
}
