package dev.connectome.controller.app;

import dev.connectome.controller.api.LogStreams;
import dev.connectome.controller.api.Watchers;
import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.LocalLauncher;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Judge;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.store.Store;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Makes the controller's parts from its settings, starts them and stops them. */
@ApplicationScoped
public class ControllerBeans {

  private static final Duration LEAST_LOST_AFTER = Duration.ofSeconds(10);

  @Produces
  @Singleton
  Store store(DataSource dataSource) {
    return new Store(dataSource);
  }

  @Produces
  @Singleton
  Runs runs(Store store, ControllerSettings settings) {
    return new Runs(store, settings.stopGrace());
  }

  @Produces
  @Singleton
  Attempts attempts(Store store, ControllerSettings settings) {
    return new Attempts(store, settings.maxFailures());
  }

  @Produces
  @Singleton
  RunFiles runFiles(ControllerSettings settings) {
    return new RunFiles(settings.launch().local().directory());
  }

  @Produces
  @Singleton
  Watchers watchers(Store store) {
    return new Watchers(store);
  }

  void close(@Disposes Watchers watchers) {
    watchers.close();
  }

  @Produces
  @Singleton
  LogStreams logStreams(Store store, RunFiles files) {
    return new LogStreams(store, files);
  }

  void close(@Disposes LogStreams logStreams) {
    logStreams.close();
  }

  @Produces
  @Singleton
  Controller controller(
      Store store,
      Runs runs,
      Attempts attempts,
      RunFiles files,
      ControllerSettings settings,
      MeterRegistry metrics) {
    var launcher = new LocalLauncher(store, attempts, files, launcherSettings(settings));
    var delivery = new StopDelivery(store, attempts, launcher);
    Duration lostAfter = settings.heartbeatInterval().multipliedBy(3);
    if (lostAfter.compareTo(LEAST_LOST_AFTER) < 0) {
      lostAfter = LEAST_LOST_AFTER;
    }
    var consumer =
        new SignatureConsumer(
            new Judge(store, runs),
            settings.kafka().bootstrapServers(),
            settings.kafka().topicPrefix() + "signatures.v1",
            settings.kafka().groupId(),
            settings.kafka().groupInstanceId());
    FunctionCounter.builder(
            "connectome.signatures.malformed", consumer, SignatureConsumer::malformedRecords)
        .description("records on the signatures topic that are no signatures")
        .register(metrics);
    return new Controller(
        store,
        launcher,
        delivery,
        new Watchdog(
            store,
            attempts,
            new Watchdog.Limits(
                settings.startTimeout(), lostAfter, settings.externalLostTimeout())),
        consumer,
        lostAfter);
  }

  private static LocalLauncher.Settings launcherSettings(ControllerSettings settings) {
    ControllerSettings.Local local = settings.launch().local();
    Map<String, String> environment = new HashMap<>();
    environment.put("CONNECTOME_CONTROLLER_ENDPOINT", local.controllerEndpoint());
    environment.put("CONNECTOME_KAFKA_BOOTSTRAP_SERVERS", settings.kafka().bootstrapServers());
    environment.put("CONNECTOME_TOPIC_PREFIX", settings.kafka().topicPrefix());
    local.dataDir().ifPresent(dir -> environment.put("CONNECTOME_DATA_DIR", dir.toString()));
    return new LocalLauncher.Settings(
        local.command().orElse(List.of()),
        local.command().isPresent() ? local.maxConcurrentRuns() : 0,
        environment);
  }

  void start(@Observes StartupEvent event, Controller controller) {
    controller.start();
  }

  void stop(@Observes ShutdownEvent event, Controller controller) {
    controller.close();
  }
}
