package dev.connectome.controller.faults;

import static com.google.common.base.Preconditions.checkState;
import static org.awaitility.Awaitility.await;

import dev.connectome.controller.fixture.ControllerProcess;
import dev.connectome.controller.fixture.SignatureTopic;
import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.fixture.TcpProxy;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.store.EventRow;
import dev.connectome.controller.store.RunRow;
import dev.connectome.controller.store.Store;
import dev.connectome.platform.fixture.TestBroker;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.PlateauRule;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import dev.connectome.protos.signature.v1.SignatureRecord;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;

/**
 * Packaged controllers on one database and one broker, with trainers; any of them can be taken away
 * and given back, the broker only in a world of its own. What is published of a run settles, or it
 * does not, and this is remembered.
 */
final class FaultWorld implements AutoCloseable {

  static final Duration TIMEOUT = Duration.ofSeconds(90);

  private static final Duration HEARTBEATS = Duration.ofSeconds(1);
  private static final Duration MAX_GAP =
      new Watchdog.Timeouts(
              Duration.ZERO, Watchdog.Timeouts.heartbeat(HEARTBEATS), Duration.ZERO, Duration.ZERO)
          .maxGap();

  /** The first point of a series that the policy compares with. */
  private static final double START = 10;

  private final TestBroker broker;

  /** Whether no other world uses the broker, so that it may be stopped. */
  private final boolean ownsBroker;

  private final DataSource database;
  private final TcpProxy databaseProxy;
  private final Store store;
  private final SignatureTopic topic;
  private final Map<String, String> settings;
  private final List<Replica> replicas = new ArrayList<>();
  private final List<LiveTrainer> trainers = new CopyOnWriteArrayList<>();
  private final StopClocks clocks = new StopClocks(MAX_GAP);
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(16);

  /** A controller that can be killed and started again in its place. */
  final class Replica {
    private final Path jar;
    private final String name;
    private final Map<String, String> more;
    private final ControllerProcess.Ports ports = ControllerProcess.Ports.free();
    private final ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + ports.grpc(), InsecureChannelCredentials.create())
            .build();
    private ControllerProcess process;

    private Replica(Path jar, String name, Map<String, String> more) throws IOException {
      this.jar = jar;
      this.name = name;
      this.more = more;
      this.process = launch();
    }

    private ControllerProcess launch() throws IOException {
      Map<String, String> own = new HashMap<>(settings);
      own.putAll(more);
      own.put("connectome.kafka.group-instance-id", name);
      return ControllerProcess.start(jar, name + "-" + TestDatabase.nameOf(database), ports, own);
    }

    void awaitReady() {
      process.awaitReady();
      channel.resetConnectBackoff();
    }

    void kill() throws InterruptedException {
      process.kill();
      noteWhoIsUp();
    }

    /** Starts it again, unless it lives; does not wait until it is ready. */
    void restart() throws IOException {
      if (!process.isAlive()) {
        process = launch();
        noteWhoIsUp();
      }
    }

    boolean terminate(Duration within) throws InterruptedException {
      boolean ended = process.terminate(within);
      noteWhoIsUp();
      return ended;
    }

    boolean isReady() {
      return process.isReady();
    }

    ManagedChannel channel() {
      return channel;
    }

    TrainingRunServiceBlockingStub runs() {
      return TrainingRunServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(Duration.ofSeconds(20));
    }
  }

  private FaultWorld(
      TestBroker broker, boolean ownsBroker, DataSource database, Map<String, String> more)
      throws Exception {
    this.broker = broker;
    this.ownsBroker = ownsBroker;
    this.database = TestDatabase.unpooled(database);
    this.databaseProxy = new TcpProxy(TestDatabase.port());
    this.store = new Store(database);
    this.topic = new SignatureTopic(broker.bootstrapServers()).create();
    this.settings = TestDatabase.settings(databaseProxy.port(), database);
    settings.put("connectome.kafka.bootstrap-servers", broker.bootstrapServers());
    settings.put("connectome.kafka.topic-prefix", topic.prefix());
    settings.put("connectome.kafka.group-id", topic.prefix() + "controller");
    settings.put("connectome.heartbeat-interval", HEARTBEATS.toSeconds() + "s");
    settings.put("connectome.stop-grace", "60s");
    // Whole fleets are stopped at once here.
    settings.put("connectome.breaker.stops", "1000000");
    settings.put("connectome.retry-pause", "1s");
    settings.put("connectome.interruption-pause", "500ms");
    settings.putAll(more);
  }

  /**
   * Starts a world, whose broker is shared with others.
   *
   * @param database the database
   * @param controllers how many controllers to start
   * @param more settings of the controllers
   */
  static FaultWorld start(DataSource database, int controllers, Map<String, String> more)
      throws Exception {
    return started(new FaultWorld(TestBroker.shared(), false, database, more), controllers);
  }

  /**
   * Starts a world whose broker can be stopped.
   *
   * @param broker where the broker has its data
   * @param controllers how many controllers to start
   * @param more settings of the controllers
   */
  static FaultWorld startWithBroker(Path broker, int controllers, Map<String, String> more)
      throws Exception {
    return started(
        new FaultWorld(TestBroker.start(broker), true, TestDatabase.create(), more), controllers);
  }

  private static FaultWorld started(FaultWorld world, int controllers) throws Exception {
    for (int i = 0; i < controllers; i++) {
      var unused = world.add(Map.of());
    }
    world.replicas.forEach(Replica::awaitReady);
    return world;
  }

  /** Starts one more controller, with settings of its own; does not wait until it is ready. */
  Replica add(Map<String, String> more) throws IOException {
    return add(ControllerProcess.JAR, more);
  }

  /** Starts one more controller, of another release. */
  Replica add(Path jar, Map<String, String> more) throws IOException {
    var replica = new Replica(jar, "controller-" + replicas.size(), more);
    replicas.add(replica);
    noteWhoIsUp();
    return replica;
  }

  private void noteWhoIsUp() {
    clocks.controllersAreUp(replicas.stream().anyMatch(replica -> replica.process.isAlive()));
  }

  StopClocks clocks() {
    return clocks;
  }

  Replica replica(int index) {
    return replicas.get(index);
  }

  List<Replica> replicas() {
    return replicas;
  }

  DataSource database() {
    return database;
  }

  Store store() {
    return store;
  }

  List<LiveTrainer> trainers() {
    return trainers;
  }

  /** The way from the controllers to their database. */
  TcpProxy databaseProxy() {
    return databaseProxy;
  }

  void stopBroker() {
    checkState(ownsBroker, "a shared broker is not stopped");
    broker.stop();
  }

  void startBroker() throws Exception {
    checkState(ownsBroker, "a shared broker is not stopped");
    broker.start();
  }

  /** Executes statements past the controllers, in one session. */
  void sql(String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement direct = connection.createStatement()) {
      for (String statement : statements) {
        direct.execute(statement);
      }
    }
  }

  /** Creates a run that the plateau rule stops once three points in a row are low. */
  UUID create(String runId) {
    return UUID.fromString(
        replicas
            .get(0)
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder()
                    .setTrainingRunId(runId)
                    .setTrainingRun(
                        TrainingRun.newBuilder()
                            .setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL)
                            .setPolicy(
                                StoppingPolicy.newBuilder()
                                    .setPlateau(
                                        PlateauRule.newBuilder().setFraction(0.1).setConfirm(3))))
                    .build())
            .getUid());
  }

  /** Starts a trainer of a run, which registers with one of the controllers. */
  LiveTrainer train(UUID runUid, LiveTrainer.Manners manners, Replica with) throws IOException {
    var trainer = new LiveTrainer(executor, with.channel, runUid, manners);
    trainers.add(trainer);
    return trainer;
  }

  /** Creates a run with a trainer and waits until it is registered. */
  LiveTrainer running(String runId, LiveTrainer.Manners manners) throws Exception {
    LiveTrainer trainer = train(create(runId), manners, replicas.get(0));
    trainer.awaitRegistered();
    return trainer;
  }

  /** Publishes the signature of an epoch. */
  void publish(UUID runUid, int attempt, int epoch, double deathDistance) throws Exception {
    topic.publish(signature(runUid, attempt, epoch, deathDistance));
  }

  void publish(SignatureRecord... records) throws Exception {
    topic.publish(records);
  }

  void publish(String key, byte[] value) throws Exception {
    topic.publish(key, value);
  }

  static SignatureRecord signature(UUID runUid, int attempt, int epoch, double deathDistance) {
    return Signatures.of(runUid.toString(), attempt, epoch, deathDistance);
  }

  /** Publishes a series that the policy stops at epoch 5. */
  void settle(LiveTrainer trainer) throws Exception {
    train(trainer, START);
    train(trainer, START);
    for (int i = 0; i < 3; i++) {
      train(trainer, START / 20);
    }
  }

  /** Trains an epoch and publishes its signature. */
  void train(LiveTrainer trainer, double deathDistance) throws Exception {
    publish(trainer.runUid(), trainer.attempt(), trainer.trainEpoch(), deathDistance);
  }

  RunRow run(UUID runUid) {
    return store.inTransaction(transaction -> transaction.runs().find(runUid)).orElseThrow();
  }

  /** The kinds of the events of a run, in order. */
  List<String> kinds(UUID runUid) {
    return store
        .inTransaction(transaction -> transaction.history().events(runUid, 0, Integer.MAX_VALUE))
        .stream()
        .map(EventRow::kind)
        .toList();
  }

  /** Whether a run has ever been LOST. */
  boolean wasLost(UUID runUid) {
    return store
        .inTransaction(transaction -> transaction.history().events(runUid, 0, Integer.MAX_VALUE))
        .stream()
        .anyMatch(event -> event.state().equals("LOST"));
  }

  void awaitEnd(UUID runUid) {
    await()
        .alias("end of the run")
        .atMost(TIMEOUT)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> run(runUid).state().isEnd());
  }

  Invariants invariants() {
    return new Invariants(database, trainers, clocks);
  }

  @Override
  public void close() throws Exception {
    executor.shutdownNow();
    trainers.forEach(LiveTrainer::close);
    for (Replica replica : replicas) {
      replica.channel.shutdownNow();
      replica.process.close();
    }
    topic.close();
    if (ownsBroker) {
      broker.close();
    }
    databaseProxy.close();
  }
}
