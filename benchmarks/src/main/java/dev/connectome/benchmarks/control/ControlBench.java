package dev.connectome.benchmarks.control;

import dev.connectome.benchmarks.harness.Machine;
import dev.connectome.benchmarks.harness.ProcessUsage;
import dev.connectome.benchmarks.harness.Progress;
import dev.connectome.client.ConnectomeClient;
import dev.connectome.identity.client.BearerToken;
import dev.connectome.identity.client.TokenSource;
import dev.connectome.platform.Endpoints;
import dev.connectome.platform.PlatformDatabase;
import dev.connectome.platform.PlatformProcesses;
import dev.connectome.platform.PlatformTokens;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.trainer.v1.TrainingSpec;
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

/**
 * Runs the load on a platform: warm-up, the timed part, and the stops still pending; then the
 * lists.
 */
final class ControlBench {
  private static final String TOPIC = "connectome.signatures.v1";
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

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

  ControlReport run() throws InterruptedException, IOException {
    try (ConnectomeClient connection =
            ConnectomeClient.builder(endpoints.controller().grpc())
                .tokenFile(PlatformTokens.owners(stateDirectory))
                .build();
        ControlDatabase database =
            new ControlDatabase(PlatformDatabase.connect(endpoints, stateDirectory))) {
      if (plan.listedRuns() > 0) {
        addEndedRuns(connection, database);
      }
      return measure(connection, database);
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

  private ControlReport measure(ConnectomeClient connection, ControlDatabase database)
      throws InterruptedException, IOException {
    // The load and the trainers need each other: it stops runs by person, they add runs to it.
    var parts =
        new Object() {
          Optional<TrainerPool> trainers = Optional.empty();
        };
    try (Poller poller = new Poller();
        SignatureLoad signatures =
            new SignatureLoad(
                endpoints.kafka().bootstrapServers(),
                TOPIC,
                plan.signaturesPerSecond(),
                run -> parts.trainers.ifPresent(trainers -> trainers.stopByPerson(run)));
        TrainerPool trainers = new TrainerPool(plan, label, connection, signatures::add);
        SignatureReadTimes times =
            new SignatureReadTimes(endpoints.kafka().bootstrapServers(), TOPIC, trainers.runs())) {
      parts.trainers = Optional.of(trainers);
      times.start();
      progress.accept("starting %d trainers ...".formatted(plan.runs()));
      trainers.start(
          endpoints.controller().grpc(),
          new BearerToken(new TokenSource.OfFile(PlatformTokens.owners(stateDirectory))),
          new Progress(progress, "trainers registered", 0, plan.runs()));
      signatures.start();
      progress.accept("warming up for %d s ...".formatted(plan.warmUp().toSeconds()));
      run(poller, plan.warmUp(), trainers, signatures);
      Instant timedFrom = Instant.now();
      trainers.observations().restart();
      long publishedBefore = signatures.published();
      CpuTime before = CpuTime.of(controller());
      progress.accept("measuring for %d s ...".formatted(plan.duration().toSeconds()));
      run(poller, plan.duration(), trainers, signatures);
      double seconds = Duration.between(timedFrom, Instant.now()).toMillis() / 1e3;
      CpuTime after = CpuTime.of(controller());
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
              trainers.observations().heartbeats(), trainers.observations().failedHeartbeats());
      trainers.startNoMoreRuns();
      signatures.stop();
      awaitPendingStops(poller, trainers, database);
      List<ListPages.Pages> list = List.of();
      if (plan.listedRuns() > 0) {
        progress.accept("reading the pages of the list ...");
        list = new ListPages(connection).measure();
      }
      StopAudit.Result stops =
          new StopAudit(
                  listRuns(connection), database.decisions(label), database.acknowledgements(label))
              .of(trainers.runs().values(), trainers.observations().misdirected(), timedFrom);
      stops.findings().stream().limit(5).forEach(progress);
      return new ControlReport(
          Machine.current(),
          load,
          stops,
          heartbeats,
          new ControlReport.Controller(
              controller().map(ProcessUsage::peakResidentBytes).orElse(0L),
              (after.controllerSeconds() - before.controllerSeconds()) / seconds,
              (after.ownSeconds() - before.ownSeconds()) / seconds),
          list,
          history(connection, database, poller));
    }
  }

  private List<HistoryCost.Cost> history(
      ConnectomeClient connection, ControlDatabase database, Poller poller)
      throws InterruptedException {
    if (plan.historyEpochs() == 0) {
      return List.of();
    }
    connection.create(
        "history",
        TrainingRun.newBuilder()
            .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
            .setPolicy(StoppingPolicy.newBuilder().setPlateau(PlateauRule.getDefaultInstance()))
            .setSpec(TrainingSpec.newBuilder().setEpochs(100_000))
            .build());
    return new HistoryCost(
            database,
            poller,
            endpoints.kafka().bootstrapServers(),
            TOPIC,
            () -> CpuTime.of(controller()).controllerSeconds())
        .measure(plan.historyEpochs(), plan.historyRuns(), progress);
  }

  private record CpuTime(double controllerSeconds, double ownSeconds) {
    static CpuTime of(Optional<ProcessUsage> controller) {
      return new CpuTime(
          controller.map(ProcessUsage::cpuSeconds).orElse(0.0),
          ProcessUsage.ofThisProcess().cpuSeconds());
    }
  }

  private Optional<ProcessUsage> controller() {
    return new PlatformProcesses(stateDirectory).controller().map(ProcessUsage::new);
  }

  private void run(Poller poller, Duration time, TrainerPool trainers, SignatureLoad signatures)
      throws InterruptedException {
    poller.repeat(
        time,
        PROGRESS_INTERVAL,
        () -> {
          trainers.check();
          progress.accept(
              "  %d signatures published, %d runs so far, %d stops pending"
                  .formatted(
                      signatures.published(), trainers.runs().size(), trainers.pendingStops()));
        });
  }

  /** Waits until every stop that is due was delivered and acknowledged, or the timeout passes. */
  private void awaitPendingStops(Poller poller, TrainerPool trainers, ControlDatabase database)
      throws InterruptedException {
    var unused =
        poller.await(
            STOP_TIMEOUT,
            POLL_INTERVAL,
            () ->
                trainers.pendingStops() == 0
                    && database.acknowledgements(label).size() >= database.decisions(label).size());
  }

  private Map<String, TrainingRun> listRuns(ConnectomeClient connection) {
    return connection
        .list(ListTrainingRunsRequest.newBuilder().putLabels("bench", label).build())
        .collect(Collectors.toMap(TrainingRun::getUid, Function.identity()));
  }
}
