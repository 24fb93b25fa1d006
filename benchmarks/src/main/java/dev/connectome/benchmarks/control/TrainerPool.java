package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.Progress;
import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingEnd;
import io.grpc.CallCredentials;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Simulated trainers: each trains a run until it is stopped, reports its end shortly afterwards,
 * and starts another, so that their number stays the same.
 */
final class TrainerPool implements AutoCloseable {
  private static final int CALL_THREADS = 16;
  private static final int MAX_SHUTDOWN_MILLIS = 1_000;

  private final ControlPlan plan;
  private final String label;
  private final ConnectomeClient client;
  private final Consumer<SimulatedRun> onRegistered;
  private final TrainerObservations observations = new TrainerObservations();
  private final Map<String, SimulatedRun> runs = new ConcurrentHashMap<>();
  private final List<SimulatedTrainer> trainers = new ArrayList<>();
  private final AtomicInteger names = new AtomicInteger();
  private final SplittableRandom random;
  private final ExecutorService calls = Executors.newFixedThreadPool(CALL_THREADS);
  private final ExecutorService network = Executors.newFixedThreadPool(4);
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
  private volatile boolean closing;
  private volatile String failure = "";

  /**
   * Starts empty.
   *
   * @param label the value of the label {@code bench} of their runs
   * @param client the controller
   * @param onRegistered receives each run once its trainer is registered
   */
  TrainerPool(
      ControlPlan plan,
      String label,
      ConnectomeClient client,
      Consumer<SimulatedRun> onRegistered) {
    this.plan = plan;
    this.label = label;
    this.client = client;
    this.onRegistered = onRegistered;
    this.random = new SplittableRandom(plan.seed());
  }

  /** Starts all trainers and waits until each is registered. */
  void start(String controller, CallCredentials token, Progress progress)
      throws InterruptedException, IOException {
    CountDownLatch registered = new CountDownLatch(plan.runs());
    for (int i = 0; i < plan.runs(); i++) {
      SimulatedTrainer trainer =
          new SimulatedTrainer(controller, token, network, observations, this::onStop);
      trainers.add(trainer);
      calls.execute(
          () -> {
            startRun(trainer);
            registered.countDown();
          });
    }
    while (!registered.await(200, TimeUnit.MILLISECONDS)) {
      progress.update(plan.runs() - (int) registered.getCount());
      check();
    }
    check();
    long interval = plan.heartbeat().toMillis();
    for (SimulatedTrainer trainer : trainers) {
      clock.scheduleAtFixedRate(
          trainer::sendHeartbeat, draw((int) interval), interval, TimeUnit.MILLISECONDS);
    }
  }

  /** Fails if the controller refused a call that trainers depend on. */
  void check() {
    if (!failure.isEmpty()) {
      throw CommandFailure.failed(failure);
    }
  }

  private synchronized int draw(int bound) {
    return random.nextInt(bound);
  }

  private synchronized PlannedStop drawStop() {
    return PlannedStop.draw(random, plan.byPerson());
  }

  private void startRun(SimulatedTrainer trainer) {
    try {
      PlannedStop stop = drawStop();
      TrainingRun created =
          client.create(
              "%s-%05d".formatted(label, names.incrementAndGet()),
              TrainingRun.newBuilder()
                  .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
                  .putLabels("bench", label)
                  .setPolicy(PlannedStop.policy())
                  .build());
      SimulatedRun run = new SimulatedRun(created.getName(), created.getUid(), stop);
      runs.put(run.uid(), run);
      trainer.train(run);
      onRegistered.accept(run);
    } catch (ControllerException | StatusRuntimeException e) {
      failure = "a trainer could not start a run: " + e.getMessage();
    }
  }

  private void onStop(SimulatedTrainer trainer, SimulatedRun run) {
    clock.schedule(
        () -> calls.execute(() -> end(trainer, run)),
        draw(MAX_SHUTDOWN_MILLIS),
        TimeUnit.MILLISECONDS);
  }

  private void end(SimulatedTrainer trainer, SimulatedRun run) {
    try {
      trainer.report(run, TrainingEnd.TRAINING_END_STOPPED);
    } catch (StatusRuntimeException e) {
      failure = "a trainer could not report its end: " + e.getStatus();
    }
    if (!closing) {
      startRun(trainer);
    }
  }

  /** Stops a run as a person does, without waiting. */
  void stopByPerson(SimulatedRun run) {
    calls.execute(
        () -> {
          try {
            client.stop(run.name(), StopMode.STOP_MODE_GRACEFUL, "load test");
          } catch (ControllerException e) {
            failure = "a run could not be stopped: " + e.getMessage();
          }
        });
  }

  /** From now on no trainer starts another run. */
  void startNoMoreRuns() {
    closing = true;
  }

  /** The runs so far, by uid; it grows. */
  Map<String, SimulatedRun> runs() {
    return runs;
  }

  TrainerObservations observations() {
    return observations;
  }

  /** Runs whose stop is due and has not been delivered. */
  long pendingStops() {
    return runs.values().stream().filter(run -> run.due() && run.deliveries().isEmpty()).count();
  }

  @Override
  public void close() {
    closing = true;
    clock.shutdownNow();
    calls.shutdownNow();
    trainers.forEach(SimulatedTrainer::close);
    network.shutdown();
  }
}
