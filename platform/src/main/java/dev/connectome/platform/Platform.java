package dev.connectome.platform;

import dev.connectome.identity.client.ProcessStamp;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The whole platform on this machine: broker, database and services as child processes, and the
 * trainers that the controller starts. Everything listens on 127.0.0.1 only, and nothing of it
 * outlives this process.
 */
public final class Platform implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration BROKER_GRACE_PERIOD = Duration.ofMillis(2_500);

  private final PlatformOptions options;
  private final StateDirectory state;
  private final ShutdownSequence running;
  private final Endpoints endpoints;

  private Platform(
      PlatformOptions options,
      StateDirectory state,
      ShutdownSequence running,
      Endpoints endpoints) {
    this.options = options;
    this.state = state;
    this.running = running;
    this.endpoints = endpoints;
  }

  /**
   * Starts everything and waits until it is ready. On failure, what was started is stopped again.
   *
   * @param progress gets a line for each step, and later for each service that dies and is
   *     restarted
   * @throws PlatformException if the platform cannot be started; the message says why
   */
  public static Platform start(PlatformOptions options, Consumer<String> progress)
      throws InterruptedException {
    if (options.dataDirectory() != null) {
      DataDirectory.check(options.installation(), options.dataDirectory());
    }
    StateDirectory state = new StateDirectory(options.stateDirectory());
    ShutdownSequence running = new ShutdownSequence(state);
    boolean started = false;
    try {
      running.add(StateLock.acquire(state, progress));
      state.prepare();
      PlatformTokens.prepare(state);
      OrphanedProcesses orphans = new OrphanedProcesses(state);
      int ended = orphans.terminateAll();
      if (ended > 0) {
        progress.accept("ended " + ended + " processes that an earlier platform had left behind");
      }
      orphans.deleteFiles();
      HeldPorts held = new HeldPorts();
      running.add(held);
      PortPlan ports = PortPlan.choose(options.ports(), held);
      running.add(KnownPlatform.add(state, ports, progress));
      running.add(PlatformLog.to(state.log("up")));
      running.add(LogRotation.of(state.logs(), progress));
      running.add(Guard.start(state));
      Endpoints endpoints = startAll(options, state, ports, running, progress);
      endpoints.write(state.endpoints());
      started = true;
      return new Platform(options, state, running, endpoints);
    } catch (IOException e) {
      throw PlatformException.failed(
          "the platform could not be started: " + IoMessages.of(e) + FullDisk.of(state.root()), e);
    } finally {
      if (!started) {
        running.close();
      }
    }
  }

  private static Endpoints startAll(
      PlatformOptions options,
      StateDirectory state,
      PortPlan ports,
      ShutdownSequence running,
      Consumer<String> progress)
      throws IOException, InterruptedException {
    Installation installation = options.installation();
    progress.accept("starting Kafka and PostgreSQL ...");
    SupervisedService broker = startBroker(installation, state, ports, progress);
    running.add(() -> broker.stop(BROKER_GRACE_PERIOD));
    String kafka = "127.0.0.1:" + ports.kafka();
    Path programs = PostgresPrograms.unpacked(installation.unpackedPrograms());
    PostgresServer postgres =
        PostgresServer.start(programs, state.postgres(), ports.postgres(), Map.of());
    running.add(postgres);
    postgres.supervise(progress);

    progress.accept("starting the connectome service and the controller ...");
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    Path connectomeConfig = state.config(ServiceNames.CONNECTOME);
    ServiceSettings.write(
        ServiceSettings.connectome(state.streams(), ports, kafka, PlatformTokens.grants(options)),
        connectomeConfig);
    SupervisedService connectome =
        SupervisedService.start(
            ServiceSpec.of(
                state,
                ServiceNames.CONNECTOME,
                installation.connectomeCommand(
                    connectomeConfig, state.temporary(ServiceNames.CONNECTOME)),
                Health.http(http, ports.connectomeHttp())),
            progress);
    running.addConnectome(connectome);
    Path controllerConfig = state.config(ServiceNames.CONTROLLER);
    ServiceSettings.write(
        ServiceSettings.controller(options, ports, kafka, postgres), controllerConfig);
    SupervisedService controller =
        SupervisedService.start(
            ServiceSpec.of(
                state,
                ServiceNames.CONTROLLER,
                installation.controllerCommand(
                    controllerConfig, state.temporary(ServiceNames.CONTROLLER)),
                Health.http(http, ports.controllerHttp())),
            progress);
    running.addController(controller);
    broker.awaitReady(READY_TIMEOUT);
    connectome.awaitReady(READY_TIMEOUT);
    controller.awaitReady(READY_TIMEOUT);
    return new Endpoints(
        endpoints(ports.controllerGrpc(), ports.controllerHttp()),
        endpoints(ports.connectomeGrpc(), ports.connectomeHttp()),
        new Endpoints.Kafka(kafka),
        new Endpoints.Postgres(postgres.jdbcUrl()),
        ProcessStamp.ofThisProcess().toString());
  }

  private static SupervisedService startBroker(
      Installation installation, StateDirectory state, PortPlan ports, Consumer<String> progress)
      throws IOException {
    return SupervisedService.start(
        broker(installation, state, ports.kafka(), ports.kafkaController()), progress);
  }

  /** Kafka takes a comma in a path for the end of it, so it gets the name of its folder only. */
  static ServiceSpec broker(
      Installation installation, StateDirectory state, int port, int controllerPort) {
    return ServiceSpec.of(
            state,
            ServiceNames.KAFKA,
            installation.brokerCommand(state.kafka().getFileName(), port, controllerPort),
            Health.port(port))
        .in(state.root());
  }

  private static Endpoints.Service endpoints(int grpc, int http) {
    return new Endpoints.Service("127.0.0.1:" + grpc, "http://127.0.0.1:" + http);
  }

  public Endpoints endpoints() {
    return endpoints;
  }

  /**
   * The page's address, which lets the browser in that opens it first.
   *
   * @throws PlatformException if the controller does not answer
   */
  public String pageAddress() throws InterruptedException {
    return options.authentication()
        ? PageLink.create(endpoints, state.token())
        : endpoints.controller().http() + "/";
  }

  /** The absolute path of the state directory. */
  public Path stateDirectory() {
    return state.root();
  }

  /**
   * Starts another connectome service, with topics and state of its own, and stops it again.
   *
   * @return the time until it was ready, accurate to 0.2 s
   * @throws PlatformException if it does not start
   */
  public Duration measureConnectomeStartup() throws InterruptedException {
    try {
      return StartupMeasurement.run(
          options.installation(), state, endpoints.kafka().bootstrapServers());
    } catch (IOException e) {
      throw PlatformException.failed(
          "another connectome service could not be started: " + IoMessages.of(e), e);
    }
  }

  /** Stops the controller and the connectome service; broker and database keep running. */
  public void stopServices() {
    running.stopServices();
  }

  /** Stops everything within 20 s; what does not end by itself is killed. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(state.endpoints());
    } catch (IOException ignored) {
      // The next platform on this directory deletes it.
    }
    running.close();
  }
}
