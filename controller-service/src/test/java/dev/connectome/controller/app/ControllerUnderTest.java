package dev.connectome.controller.app;

import dev.connectome.controller.api.CallerInterceptor;
import dev.connectome.controller.api.RunLogs;
import dev.connectome.controller.api.RunWatches;
import dev.connectome.controller.api.TrainerRegistryApi;
import dev.connectome.controller.api.TrainerReportApi;
import dev.connectome.controller.api.TrainerSessionApi;
import dev.connectome.controller.api.TrainingRunApi;
import dev.connectome.controller.http.HttpDoor;
import dev.connectome.controller.http.HttpGateway;
import dev.connectome.controller.http.SessionRoutes;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.Heartbeats;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.login.PageSessions;
import dev.connectome.controller.loop.Loops;
import dev.connectome.controller.report.ActivationRelay;
import dev.connectome.controller.report.StopPushes;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.store.Store;
import dev.connectome.controller.web.PageFiles;
import dev.connectome.identity.server.Audit;
import dev.connectome.identity.server.Authentication;
import dev.connectome.identity.server.Door;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.GetTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * The controller as it is put together in production, behind real gRPC, but for the framework: it
 * can be started again and again in one test.
 */
public final class ControllerUnderTest implements AutoCloseable {

  private final ControllerBeans beans = new ControllerBeans();
  private final LauncherBeans launcherBeans = new LauncherBeans();
  private final DataSource database;
  private final Store store;
  private final Heartbeats heartbeats;
  private final ActivationRelay relay;
  private final RunWatches watchers;
  private final StopPushes pushes;
  private final RunLogs logs;
  private final Controller controller;
  private final Server server;
  private final ManagedChannel channel;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private final HttpGateway gateway;
  private final HttpServer http;

  private ControllerUnderTest(
      DataSource database,
      DataSource queries,
      ControllerSettings settings,
      Supplier<KubernetesClient> cluster)
      throws IOException {
    this.database = database;
    store = beans.store(database, queries);
    Quarantine quarantine = beans.quarantine(store);
    var loops =
        new Loops(
            InstantSource.system(),
            (loop, error) -> {
              throw error;
            });
    Decisions decisions = beans.decisions(settings);
    Runs runs = beans.runs(store, decisions);
    Attempts attempts = beans.attempts(store, settings);
    RunFiles files = launcherBeans.runFiles(settings);
    heartbeats = beans.heartbeats(store, loops);
    watchers = beans.watchers(store, loops);
    LocalHost host = launcherBeans.localHost(settings);
    Launchers launchers =
        launcherBeans.launchers(
            store,
            beans.launchQueue(store, quarantine),
            attempts,
            files,
            settings,
            host,
            quarantine,
            cluster);
    logs = beans.logStreams(store, files, launchers, host);
    controller =
        beans.controller(
            store, decisions, attempts, launchers, host, settings, quarantine, loops, metrics);
    var runApi = new TrainingRunApi(store, runs, watchers, logs, settings);
    var trainerApi = new TrainerRegistryApi(attempts, heartbeats, settings);
    relay = beans.activationRelay(settings);
    var reportApi =
        new TrainerReportApi(runs, attempts, beans.reports(heartbeats, relay), settings);
    pushes = beans.stopPushes(store);
    Authentication authentication =
        IdentityBeans.authentication(settings, List.of("127.0.0.1", "localhost"));
    var audit = new Audit(InstantSource.system());
    var sessions =
        new PageSessions(
            authentication,
            store,
            InstantSource.system(),
            settings.auth().sessionScope().orElse(""));
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .intercept(new CallerInterceptor())
            .intercept(Door.of(authentication, audit))
            .addService(runApi)
            .addService(trainerApi)
            .addService(reportApi)
            .addService(new TrainerSessionApi(reportApi, trainerApi, pushes))
            .build()
            .start();
    gateway = new HttpGateway(List.of(runApi, trainerApi, reportApi), "test", audit);
    Router router = Router.router(vertx);
    HttpBeans.hostCheck(settings, "127.0.0.1").ifPresent(check -> check.mount(router));
    new HttpDoor(authentication, sessions, audit).mount(router);
    new SessionRoutes(sessions, audit).mount(router);
    gateway.mount(router);
    new PageFiles().mount(router);
    http =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    channel =
        Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
            .build();
  }

  /**
   * Starts a controller; settings left out have their defaults, there is no broker, and nobody is
   * asked who calls.
   */
  public static ControllerUnderTest start(DataSource database, Map<String, String> settings)
      throws IOException {
    return notStarted(database, settings).started();
  }

  /** Starts a controller whose launcher is a cluster. */
  public static ControllerUnderTest start(
      DataSource database, Map<String, String> settings, KubernetesClient cluster)
      throws IOException {
    Map<String, String> values = new HashMap<>();
    values.put("connectome.launch.standard", "kubernetes");
    values.put("connectome.launch.kubernetes.enabled", "true");
    values.put("connectome.launch.kubernetes.controller-endpoint", "controller:9400");
    values.put("connectome.launch.kubernetes.image", "example.org/trainer:1");
    values.putAll(settings);
    return make(database, database, values, () -> cluster).started();
  }

  private ControllerUnderTest started() {
    try {
      controller.start();
      return this;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** A controller that answers calls and does nothing by itself. */
  public static ControllerUnderTest notStarted(DataSource database, Map<String, String> settings)
      throws IOException {
    return notStarted(database, database, settings);
  }

  /** The same with other connections for queries. */
  public static ControllerUnderTest notStarted(
      DataSource database, DataSource queries, Map<String, String> settings) throws IOException {
    return make(
        database,
        queries,
        settings,
        () -> {
          throw new IllegalStateException("there is no cluster");
        });
  }

  private static ControllerUnderTest make(
      DataSource database,
      DataSource queries,
      Map<String, String> settings,
      Supplier<KubernetesClient> cluster)
      throws IOException {
    Map<String, String> values = new HashMap<>();
    values.put("quarkus.grpc.server.port", "1");
    values.put("connectome.kafka.bootstrap-servers", "127.0.0.1:1");
    values.put("connectome.auth.enabled", "false");
    values.put("connectome.max-failures", "3");
    values.put("connectome.retry-pause", "100ms");
    values.put("connectome.interruption-pause", "100ms");
    values.putAll(settings);
    if (values.containsKey("connectome.auth.tokens-file")) {
      values.put("connectome.auth.enabled", "true");
    }
    var config =
        new SmallRyeConfigBuilder()
            .withMapping(ControllerSettings.class)
            .withConverter(Duration.class, 200, new DurationConverter())
            .addDefaultInterceptors()
            .withDefaultValues(values)
            .build();
    return new ControllerUnderTest(
        database, queries, config.getConfigMapping(ControllerSettings.class), cluster);
  }

  /** The API, with a deadline so that no test hangs. */
  public TrainingRunServiceBlockingStub runs() {
    return TrainingRunServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(Duration.ofSeconds(30));
  }

  public ManagedChannel channel() {
    return channel;
  }

  /** Where the API is over HTTP. */
  public URI http() {
    return URI.create("http://127.0.0.1:" + http.actualPort());
  }

  public Store store() {
    return store;
  }

  /**
   * Sets the last heartbeat of a run back, and since when it is LOST if it is, as if its trainer
   * had been silent since and the controller up.
   */
  public void setHeartbeatBack(String runUid, Duration by) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement update =
            connection.prepareStatement(
                """
                WITH passed AS (SELECT ? * interval '1 second' AS time, ?::uuid AS run),
                up AS (UPDATE installation SET up_since = up_since - time FROM passed),
                lost AS (UPDATE runs SET lost_time = lost_time - time FROM passed WHERE uid = run)
                UPDATE heartbeats SET last_heartbeat = last_heartbeat - time FROM passed
                WHERE run_uid = run
                """)) {
      update.setLong(1, by.toSeconds());
      update.setString(2, runUid);
      if (update.executeUpdate() != 1) {
        throw new IllegalArgumentException("no run " + runUid);
      }
    }
  }

  /** Creates a run that a simulated trainer is to train. */
  public TrainingRun createExternal(String runId, StoppingPolicy.Builder policy) {
    return runs()
        .createTrainingRun(
            CreateTrainingRunRequest.newBuilder()
                .setTrainingRunId(runId)
                .setTrainingRun(
                    TrainingRun.newBuilder()
                        .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
                        .setPolicy(policy))
                .build());
  }

  public TrainingRun get(String runId) {
    return runs()
        .getTrainingRun(GetTrainingRunRequest.newBuilder().setName("runs/" + runId).build());
  }

  /** The kinds of the events of a run, in order. */
  public List<String> eventKinds(String runId) {
    return events(runId).stream().map(RunEvent::getKind).toList();
  }

  /** The messages of a run's events, oldest first. */
  public List<String> eventMessages(String runId) {
    return events(runId).stream().map(RunEvent::getMessage).toList();
  }

  private List<RunEvent> events(String runId) {
    return runs()
        .listRunEvents(ListRunEventsRequest.newBuilder().setParent("runs/" + runId).build())
        .getEventsList();
  }

  /** Ends it as a process that is told to end does. */
  @Override
  public void close() {
    controller.close();
    crash();
  }

  /** Takes away its server and its clients, so that nothing more is answered. */
  public void crash() {
    heartbeats.close();
    relay.close();
    watchers.close();
    pushes.close();
    logs.close();
    channel.shutdownNow();
    server.shutdownNow();
    gateway.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
