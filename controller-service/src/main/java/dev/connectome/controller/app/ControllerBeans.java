package dev.connectome.controller.app;

import dev.connectome.controller.api.RunLogs;
import dev.connectome.controller.api.RunWatches;
import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.launch.LocalLauncher;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.launch.kubernetes.KubernetesLauncher;
import dev.connectome.controller.launch.kubernetes.KubernetesLauncherSettings;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.Heartbeats;
import dev.connectome.controller.lifecycle.Judge;
import dev.connectome.controller.lifecycle.Retention;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.KubernetesLaunchSettings;
import dev.connectome.controller.store.Store;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Makes the controller's parts from its settings, starts them and stops them. */
@ApplicationScoped
public class ControllerBeans {

  private static final int RETENTION_BATCH = 100;
  private static final Duration LEAST_LOST_AFTER = Duration.ofSeconds(10);

  @Produces
  @Singleton
  Store store(DataSource dataSource) {
    return new Store(dataSource);
  }

  @Produces
  @Singleton
  Decisions decisions(ControllerSettings settings) {
    return new Decisions(settings.stopGrace());
  }

  @Produces
  @Singleton
  Runs runs(Store store, Decisions decisions) {
    return new Runs(store, decisions);
  }

  @Produces
  @Singleton
  Attempts attempts(Store store, ControllerSettings settings) {
    return new Attempts(store, settings.maxFailures());
  }

  @Produces
  @Singleton
  Heartbeats heartbeats(Store store) {
    return new Heartbeats(store);
  }

  void close(@Disposes Heartbeats heartbeats) {
    heartbeats.close();
  }

  @Produces
  @Singleton
  RunFiles runFiles(ControllerSettings settings) {
    return new RunFiles(settings.launch().local().directory());
  }

  @Produces
  @Singleton
  RunWatches watchers(Store store) {
    return new RunWatches(store);
  }

  void close(@Disposes RunWatches watchers) {
    watchers.close();
  }

  @Produces
  @Singleton
  RunLogs logStreams(Store store, RunFiles files, Launchers launchers) {
    return new RunLogs(store, files, launchers);
  }

  void close(@Disposes RunLogs logStreams) {
    logStreams.close();
  }

  /** Made only if it is needed. */
  @Produces
  @Singleton
  Supplier<KubernetesClient> cluster(Instance<KubernetesClient> client) {
    return client::get;
  }

  @Produces
  @Singleton
  LocalHost localHost(ControllerSettings settings) {
    return OperatorMistake.refused(() -> LocalHost.here(settings.launch().local().host()));
  }

  @Produces
  @Singleton
  Launchers launchers(
      Store store,
      Attempts attempts,
      RunFiles files,
      ControllerSettings settings,
      LocalHost host,
      Supplier<KubernetesClient> cluster) {
    List<Launcher> launchers = new ArrayList<>();
    launchers.add(new LocalLauncher(store, attempts, files, localSettings(settings), host));
    if (settings.launch().kubernetes().enabled()) {
      launchers.add(
          OperatorMistake.refused(
              () ->
                  new KubernetesLauncher(
                      store,
                      attempts,
                      cluster.get(),
                      kubernetesSettings(settings),
                      Clock.systemUTC())));
    }
    return new Launchers(launchers);
  }

  @Produces
  @Singleton
  Controller controller(
      Store store,
      Decisions decisions,
      Attempts attempts,
      Launchers launcher,
      LocalHost host,
      ControllerSettings settings,
      MeterRegistry metrics) {
    var delivery = new StopDelivery(store, attempts, launcher, host);
    Duration lostAfter = settings.heartbeatInterval().multipliedBy(3);
    if (lostAfter.compareTo(LEAST_LOST_AFTER) < 0) {
      lostAfter = LEAST_LOST_AFTER;
    }
    var consumer =
        new SignatureConsumer(
            new Judge(store, decisions),
            settings.kafka().bootstrapServers(),
            settings.kafka().topicPrefix() + "signatures.v1",
            settings.kafka().groupId(),
            settings.kafka().groupInstanceId(),
            settings.kafka().propertiesFile());
    FunctionCounter.builder(
            "connectome.signatures.malformed", consumer, SignatureConsumer::malformedRecords)
        .description(
            "records on the signatures topic that are no signatures, or none that can be judged")
        .register(metrics);
    RunMeters.register(store, metrics);
    return new Controller(
        store,
        launcher,
        delivery,
        new Watchdog(
            store,
            attempts,
            new Watchdog.Limits(settings.startTimeout(), lostAfter, settings.externalLostTimeout()),
            host.name()),
        consumer,
        settings.retention().map(keep -> new Retention(store, keep, RETENTION_BATCH)),
        lostAfter);
  }

  private static LocalLauncher.Settings localSettings(ControllerSettings settings) {
    ControllerSettings.Local local = settings.launch().local();
    Map<String, String> environment = environment(settings, local.controllerEndpoint());
    settings
        .kafka()
        .propertiesFile()
        .ifPresent(
            file ->
                environment.put(
                    "CONNECTOME_KAFKA_PROPERTIES_FILE", file.toAbsolutePath().toString()));
    local.dataDir().ifPresent(dir -> environment.put("CONNECTOME_DATA_DIR", dir.toString()));
    return new LocalLauncher.Settings(
        local.command().orElse(List.of()),
        local.command().isPresent() ? local.maxConcurrentRuns() : 0,
        environment);
  }

  private static KubernetesLauncherSettings kubernetesSettings(ControllerSettings settings) {
    KubernetesLaunchSettings asked = settings.launch().kubernetes();
    String endpoint =
        asked
            .controllerEndpoint()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "connectome.launch.kubernetes.controller-endpoint is not set: trainers on"
                            + " the cluster would not find this controller"));
    return new KubernetesLauncherSettings(
        asked.namespace(),
        asked.image(),
        asked.queue(),
        asked.dataClaim(),
        asked.checkpointClaim(),
        asked.kafkaSecret(),
        asked.jobTemplate(),
        environment(settings, endpoint),
        asked.maxConcurrentRuns(),
        settings.startTimeout(),
        asked.keepFinished(),
        asked.requestsPerSecond());
  }

  private static Map<String, String> environment(ControllerSettings settings, String endpoint) {
    Map<String, String> environment = new HashMap<>();
    environment.put("CONNECTOME_CONTROLLER_ENDPOINT", endpoint);
    environment.put("CONNECTOME_KAFKA_BOOTSTRAP_SERVERS", settings.kafka().bootstrapServers());
    environment.put("CONNECTOME_TOPIC_PREFIX", settings.kafka().topicPrefix());
    return environment;
  }

  void start(@Observes StartupEvent event, Controller controller) {
    controller.start();
  }

  void stop(@Observes ShutdownEvent event, Controller controller) {
    controller.close();
  }
}
