package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.Progress;
import dev.connectome.cli.CommandFailure;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.client.ControllerException;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.protos.trainer.v1.TrainingEnd;
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
 * Trainers that are played: each trains a run until it is stopped, ends it a moment later, and
 * takes up another, so that there are always as many.
 */
final class Trainers implements AutoCloseable {
  private static final int AT_ONCE = 16;
  private static final int SLOWEST_END_MILLIS = 1_000;

  private final ControlPlan plan;
  private final String label;
  private final ConnectomeClient client;
  private final Consumer<PlayedRun> whenTraining;
  private final Sightings sightings = new Sightings();
  private final Map<String, PlayedRun> runs = new ConcurrentHashMap<>();
  private final List<SimulatedTrainer> trainers = new ArrayList<>();
  private final AtomicInteger names = new AtomicInteger();
  private final SplittableRandom random;
  private final ExecutorService calls = Executors.newFixedThreadPool(AT_ONCE);
  private final ExecutorService network = Executors.newFixedThreadPool(4);
  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
  private volatile boolean closing;
  private volatile String failure = "";

  /**
   * No trainers yet.
   *
   * @param label the value of the label {@code bench} of their runs
   * @param client the controller
   * @param whenTraining gets each run once its trainer is registered
   */
  Trainers(
      ControlPlan plan, String label, ConnectomeClient client, Consumer<PlayedRun> whenTraining) {
    this.plan = plan;
    this.label = label;
    this.client = client;
    this.whenTraining = whenTraining;
    this.random = new SplittableRandom(plan.seed());
  }

  /** Starts them all and waits until each is registered. */
  void start(String controller, Progress progress) throws InterruptedException, IOException {
    CountDownLatch registered = new CountDownLatch(plan.runs());
    for (int i = 0; i < plan.runs(); i++) {
      SimulatedTrainer trainer =
          new SimulatedTrainer(controller, network, sightings, this::ordered);
      trainers.add(trainer);
      calls.execute(
          () -> {
            takeUpRun(trainer);
            registered.countDown();
          });
    }
    while (!registered.await(200, TimeUnit.MILLISECONDS)) {
      progress.at(plan.runs() - (int) registered.getCount());
      check();
    }
    check();
    long interval = plan.heartbeat().toMillis();
    for (SimulatedTrainer trainer : trainers) {
      clock.scheduleAtFixedRate(
          trainer::beat, draw((int) interval), interval, TimeUnit.MILLISECONDS);
    }
  }

  /** Fails if the controller refused what no trainer can do without. */
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

  private void takeUpRun(SimulatedTrainer trainer) {
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
      PlayedRun run = new PlayedRun(created.getName(), created.getUid(), stop);
      runs.put(run.uid(), run);
      trainer.train(run);
      whenTraining.accept(run);
    } catch (ControllerException | StatusRuntimeException e) {
      failure = "a trainer could not take up a run: " + e.getMessage();
    }
  }

  private void ordered(SimulatedTrainer trainer, PlayedRun run) {
    clock.schedule(
        () -> calls.execute(() -> end(trainer, run)),
        draw(SLOWEST_END_MILLIS),
        TimeUnit.MILLISECONDS);
  }

  private void end(SimulatedTrainer trainer, PlayedRun run) {
    try {
      trainer.report(run, TrainingEnd.TRAINING_END_STOPPED);
    } catch (StatusRuntimeException e) {
      failure = "a trainer could not report its end: " + e.getStatus();
    }
    if (!closing) {
      takeUpRun(trainer);
    }
  }

  /** Stops a run as a person does; does not wait. */
  void stopByPerson(PlayedRun run) {
    calls.execute(
        () -> {
          try {
            client.stop(run.name(), StopMode.STOP_MODE_GRACEFUL, "load test");
          } catch (ControllerException e) {
            failure = "a run could not be stopped: " + e.getMessage();
          }
        });
  }

  /** From now on no trainer takes up another run. */
  void takeUpNoMore() {
    closing = true;
  }

  /** The runs so far, by uid; it grows. */
  Map<String, PlayedRun> runs() {
    return runs;
  }

  Sightings sightings() {
    return sightings;
  }

  /** How many runs wait for a stop that is due. */
  long owed() {
    return runs.values().stream().filter(run -> run.due() && run.orders().isEmpty()).count();
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
