package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.Machine;
import dev.connectome.benchmarks.ProcessUse;
import dev.connectome.benchmarks.Progress;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.PlatformDatabase;
import dev.connectome.platform.PlatformProcesses;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Plays the load on a platform: warm-up, the timed part, and what is owed after it; then lists. */
final class ControlBench {
  private static final String TOPIC = "connectome.signatures.v1";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration TELL = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(200);

  private final ControlPlan plan;
  private final Endpoints endpoints;
  private final Path stateDirectory;
  private final Consumer<String> progress;
  private final String label = "bench-" + UUID.randomUUID().toString().substring(0, 8);

  ControlBench(
      ControlPlan plan, Endpoints endpoints, Path stateDirectory, Consumer<String> progress) {
    this.plan = plan;
    this.endpoints = endpoints;
    this.stateDirectory = stateDirectory;
    this.progress = progress;
  }

  /**
   * Runs it.
   *
   * @return what was found
   */
  ControlReport run() throws InterruptedException, IOException {
    try (ConnectomeClient connection = ConnectomeClient.to(endpoints.controller().grpc());
        ControlDatabase database =
            new ControlDatabase(PlatformDatabase.connect(endpoints, stateDirectory))) {
      if (plan.listedRuns() > 0) {
        addEndedRuns(connection, database);
      }
      return play(connection, database);
    }
  }

  private void addEndedRuns(ConnectomeClient connection, ControlDatabase database) {
    progress.accept("adding %d ended runs to the database ...".formatted(plan.listedRuns()));
    connection.create(
        "listed",
        TrainingRun.newBuilder()
            .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
            .putLabels("listed", "true")
            .build());
    database.addEndedRuns(plan.listedRuns());
  }

  private ControlReport play(ConnectomeClient connection, ControlDatabase database)
      throws InterruptedException, IOException {
    // The load needs the trainers, which it lets a person stop, and they tell it their runs.
    var parts =
        new Object() {
          Optional<Trainers> trainers = Optional.empty();
        };
    try (Pace pace = new Pace();
        SignatureLoad signatures =
            new SignatureLoad(
                endpoints.kafka().bootstrapServers(),
                TOPIC,
                plan.signaturesPerSecond(),
                run -> parts.trainers.ifPresent(trainers -> trainers.stopByPerson(run)));
        Trainers trainers = new Trainers(plan, label, connection, signatures::add);
        ReadableTimes times =
            new ReadableTimes(endpoints.kafka().bootstrapServers(), TOPIC, trainers.runs())) {
      parts.trainers = Optional.of(trainers);
      times.start();
      progress.accept("starting %d trainers ...".formatted(plan.runs()));
      trainers.start(
          endpoints.controller().grpc(),
          new Progress(progress, "trainers registered", 0, plan.runs()));
      signatures.start();
      progress.accept("warming up for %d s ...".formatted(plan.warmUp().toSeconds()));
      pass(pace, plan.warmUp(), trainers, signatures);
      Instant timedFrom = Instant.now();
      trainers.sightings().restart();
      long publishedBefore = signatures.published();
      Use before = Use.of(controller());
      progress.accept("measuring for %d s ...".formatted(plan.duration().toSeconds()));
      pass(pace, plan.duration(), trainers, signatures);
      double seconds = Duration.between(timedFrom, Instant.now()).toMillis() / 1e3;
      Use after = Use.of(controller());
      var load =
          new ControlReport.Load(
              plan.runs(),
              trainers.runs().size(),
              plan.heartbeat().toMillis() / 1e3,
              (signatures.published() - publishedBefore) / seconds,
              seconds,
              plan.listedRuns(),
              plan.seed());
      var heartbeats =
          new ControlReport.Heartbeats(
              trainers.sightings().heartbeats(), trainers.sightings().failedHeartbeats());
      trainers.takeUpNoMore();
      signatures.stop();
      awaitOwed(pace, trainers, database);
      List<ListPages.Pages> list = List.of();
      if (plan.listedRuns() > 0) {
        progress.accept("turning the pages of the list ...");
        list = new ListPages(connection).measure();
      }
      StopAudit.Result stops =
          new StopAudit(
                  shown(connection), database.decisions(label), database.acknowledgements(label))
              .of(trainers.runs().values(), trainers.sightings().misdirected(), timedFrom);
      stops.findings().stream().limit(5).forEach(progress);
      return new ControlReport(
          Machine.here(),
          load,
          stops,
          heartbeats,
          new ControlReport.Controller(
              controller()
                  .flatMap(use -> use.peakResidentBytes().stream().boxed().findFirst())
                  .orElse(0L),
              (after.controllerSeconds() - before.controllerSeconds()) / seconds,
              (after.ownSeconds() - before.ownSeconds()) / seconds),
          list);
    }
  }

  private record Use(double controllerSeconds, double ownSeconds) {
    static Use of(Optional<ProcessUse> controller) {
      return new Use(
          seconds(controller.flatMap(ProcessUse::cpu)),
          seconds(new ProcessUse(ProcessHandle.current()).cpu()));
    }

    private static double seconds(Optional<Duration> cpu) {
      return cpu.orElse(Duration.ZERO).toNanos() / 1e9;
    }
  }

  private Optional<ProcessUse> controller() {
    return new PlatformProcesses(stateDirectory).controller().map(ProcessUse::new);
  }

  private void pass(Pace pace, Duration time, Trainers trainers, SignatureLoad signatures)
      throws InterruptedException {
    pace.pass(
        time,
        TELL,
        () -> {
          trainers.check();
          progress.accept(
              "  %d signatures published, %d runs so far, %d stops on their way"
                  .formatted(signatures.published(), trainers.runs().size(), trainers.owed()));
        });
  }

  /** Until every stop that is due has reached its trainer and that is stored, or patience ends. */
  private void awaitOwed(Pace pace, Trainers trainers, ControlDatabase database)
      throws InterruptedException {
    var unused =
        pace.await(
            PATIENCE,
            LOOK,
            () ->
                trainers.owed() == 0
                    && database.acknowledgements(label).size() >= database.decisions(label).size());
  }

  private Map<String, TrainingRun> shown(ConnectomeClient connection) {
    return connection
        .list(ListTrainingRunsRequest.newBuilder().putLabels("bench", label).build())
        .collect(Collectors.toMap(TrainingRun::getUid, Function.identity()));
  }
}
