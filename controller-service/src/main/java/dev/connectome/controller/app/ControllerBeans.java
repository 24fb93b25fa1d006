package dev.connectome.controller.app;

import dev.connectome.controller.api.RunLogs;
import dev.connectome.controller.api.RunWatches;
import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.Heartbeats;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.Retention;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.SettingsCheck;
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
import javax.sql.DataSource;

/** Wires the controller, starts it and stops it. */
@ApplicationScoped
public class ControllerBeans {

  private static final int RETENTION_BATCH_SIZE = 100;
  private static final Duration MIN_HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);

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
  LaunchQueue launchQueue(Store store) {
    return new LaunchQueue(store);
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
  RunWatches watchers(Store store) {
    return new RunWatches(store);
  }

  void close(@Disposes RunWatches watchers) {
    watchers.close();
  }

  @Produces
  @Singleton
  RunLogs logStreams(Store store, RunFiles files, Launchers launchers, LocalHost host) {
    return new RunLogs(store, files, launchers, host);
  }

  void close(@Disposes RunLogs logStreams) {
    logStreams.close();
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
    var unused = InvalidSettings.check(() -> SettingsCheck.checked(settings));
    var delivery = new StopDelivery(store, attempts, launcher, host);
    Duration heartbeatTimeout = settings.heartbeatInterval().multipliedBy(3);
    if (heartbeatTimeout.compareTo(MIN_HEARTBEAT_TIMEOUT) < 0) {
      heartbeatTimeout = MIN_HEARTBEAT_TIMEOUT;
    }
    var consumer =
        new SignatureConsumer(
            new PolicyEvaluator(store, decisions),
            settings.kafka().bootstrapServers(),
            settings.kafka().topicPrefix() + "signatures.v1",
            settings.kafka().groupId(),
            settings.kafka().groupInstanceId(),
            settings.kafka().propertiesFile());
    FunctionCounter.builder(
            "connectome.signatures.malformed", consumer, SignatureConsumer::malformedRecords)
        .description("records on the signatures topic that are malformed or cannot be evaluated")
        .register(metrics);
    RunMeters.register(store, metrics);
    return new Controller(
        store,
        launcher,
        delivery,
        new Watchdog(
            store,
            attempts,
            new Watchdog.Timeouts(
                settings.startTimeout(), heartbeatTimeout, settings.externalLostTimeout()),
            host.name()),
        consumer,
        settings.retention().map(period -> new Retention(store, period, RETENTION_BATCH_SIZE)),
        heartbeatTimeout);
  }

  void start(@Observes StartupEvent event, Controller controller) {
    var unused =
        InvalidSettings.check(
            () -> {
              controller.start();
              return controller;
            });
  }

  void stop(@Observes ShutdownEvent event, Controller controller) {
    controller.close();
  }
}
