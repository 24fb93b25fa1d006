package dev.connectome.platform;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The whole platform on this machine: broker in this process, database and services as child
 * processes, and the trainers that the controller starts. Everything listens on 127.0.0.1 only.
 */
public final class Platform implements AutoCloseable {
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);

  private final Installation installation;
  private final StateDirectory state;
  private final ShutdownSequence parts;
  private final Endpoints endpoints;

  private Platform(
      Installation installation, StateDirectory state, ShutdownSequence parts, Endpoints endpoints) {
    this.installation = installation;
    this.state = state;
    this.parts = parts;
    this.endpoints = endpoints;
  }

  /**
   * Starts everything, or nothing: what was started before a failure is ended again.
   *
   * @param options what to start with
   * @param progress gets a line for each step, and later for each service that dies and is started
   *     again
   * @return the platform; every part of it is ready
   * @throws InterruptedException if the thread is interrupted
   * @throws PlatformException if it cannot be started; says why, and what to do
   */
  public static Platform start(PlatformOptions options, Consumer<String> progress)
      throws InterruptedException {
    if (options.dataDirectory() != null) {
      ImageDirectory.check(options.dataDirectory());
    }
    StateDirectory state = new StateDirectory(options.stateDirectory());
    ShutdownSequence parts = new ShutdownSequence(state);
    boolean started = false;
    try {
      parts.own(StateLock.take(state));
      state.prepare();
      int ended = new OrphanedProcesses(state).endAll();
      if (ended > 0) {
        progress.accept("ended " + ended + " processes that an earlier platform had left behind");
      }
      new OrphanedProcesses(state).forget();
      PortPlan ports = PortPlan.choose(options.ports());
      parts.own(PlatformLog.to(state.log("up")));
      Endpoints endpoints = startAll(options, state, ports, parts, progress);
      endpoints.write(state.endpoints());
      started = true;
      return new Platform(options.installation(), state, parts, endpoints);
    } catch (IOException e) {
      throw PlatformException.failed("the platform could not be started: " + IoMessages.of(e), e);
    } finally {
      if (!started) {
        parts.close();
      }
    }
  }

  private static Endpoints startAll(
      PlatformOptions options,
      StateDirectory state,
      PortPlan ports,
      ShutdownSequence parts,
      Consumer<String> progress)
      throws IOException, InterruptedException {
    progress.accept("starting Kafka and PostgreSQL ...");
    KafkaBroker kafka = startKafka(state, ports);
    parts.own(kafka);
    Path programs = PostgresPrograms.unpacked(options.installation().unpackedPrograms());
    PostgresServer postgres =
        PostgresServer.start(programs, state.postgres(), ports.postgres(), Map.of());
    parts.own(postgres);

    progress.accept("starting the connectome service and the controller ...");
    HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    Map<String, String> connectomeSettings =
        ServiceSettings.connectome(state.streams(), ports, kafka.bootstrapServers());
    ServiceSettings.write(connectomeSettings, state.config(ServiceNames.CONNECTOME));
    SupervisedService connectome =
        SupervisedService.start(
            spec(
                state,
                ServiceNames.CONNECTOME,
                options.installation().connectomeCommand(state.config(ServiceNames.CONNECTOME)),
                ports.connectomeHttp()),
            progress,
            http);
    parts.ownConnectome(connectome);
    Map<String, String> controllerSettings =
        ServiceSettings.controller(options, ports, kafka.bootstrapServers(), postgres);
    ServiceSettings.write(controllerSettings, state.config(ServiceNames.CONTROLLER));
    SupervisedService controller =
        SupervisedService.start(
            spec(
                state,
                ServiceNames.CONTROLLER,
                options
                    .installation()
                    .controllerCommand("256m", state.config(ServiceNames.CONTROLLER)),
                ports.controllerHttp()),
            progress,
            http);
    parts.ownController(controller);
    connectome.awaitReady(READY_LIMIT);
    controller.awaitReady(READY_LIMIT);
    return new Endpoints(
        new Endpoints.Service(
            "127.0.0.1:" + ports.controllerGrpc(), "http://127.0.0.1:" + ports.controllerHttp()),
        new Endpoints.Service(
            "127.0.0.1:" + ports.connectomeGrpc(), "http://127.0.0.1:" + ports.connectomeHttp()),
        new Endpoints.Kafka(kafka.bootstrapServers()),
        new Endpoints.Postgres(postgres.jdbcUrl()),
        ProcessHandle.current().pid());
  }

  private static KafkaBroker startKafka(StateDirectory state, PortPlan ports)
      throws InterruptedException {
    try {
      return KafkaBroker.start(
          state.kafka(), new KafkaBroker.Ports(ports.kafka(), ports.kafkaController()), Map.of());
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw PlatformException.failed(
          "Kafka could not be started: " + e.getMessage() + ";\n" + LogTail.of(state.log("up")), e);
    }
  }

  private static ServiceSpec spec(
      StateDirectory state, String name, List<String> command, int httpPort) {
    return new ServiceSpec(
        name,
        command,
        state.log(name),
        state.pid(name),
        URI.create("http://127.0.0.1:" + httpPort + "/q/health/ready"));
  }

  /**
   * Where its parts listen.
   *
   * @return the endpoints
   */
  public Endpoints endpoints() {
    return endpoints;
  }

  /**
   * Its state directory.
   *
   * @return an absolute path
   */
  public Path stateDirectory() {
    return state.root();
  }

  /**
   * Starts one more connectome service, with topics and state that are new, and ends it again.
   *
   * @return how long it took to be ready, to a fifth of a second
   * @throws InterruptedException if the thread is interrupted
   * @throws PlatformException if it does not start
   */
  public Duration timeConnectomeStart() throws InterruptedException {
    try {
      return StartupMeasurement.measure(installation, state, endpoints.kafka().bootstrapServers());
    } catch (IOException e) {
      throw PlatformException.failed(
          "another connectome service could not be started: " + IoMessages.of(e), e);
    }
  }

  /** Stops the controller and the connectome service; broker and database stay. */
  public void stopServices() {
    parts.stopServices();
  }

  /** Stops everything within 15 s; what does not end by itself is killed. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(state.endpoints());
    } catch (IOException ignored) {
      // The next platform on this directory deletes it.
    }
    parts.close();
  }
}
