package dev.connectome.controller.app;

import dev.connectome.controller.api.RunLogs;
import dev.connectome.controller.api.RunWatches;
import dev.connectome.controller.delivery.StopDelivery;
import dev.connectome.controller.ingest.KafkaProperties;
import dev.connectome.controller.ingest.SignatureConsumer;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.Decisions;
import dev.connectome.controller.lifecycle.Enforcement;
import dev.connectome.controller.lifecycle.Heartbeats;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.PolicyEvaluator;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.lifecycle.Retention;
import dev.connectome.controller.lifecycle.RetrySettings;
import dev.connectome.controller.lifecycle.RunSummaries;
import dev.connectome.controller.lifecycle.Runs;
import dev.connectome.controller.lifecycle.StopGrace;
import dev.connectome.controller.lifecycle.Watchdog;
import dev.connectome.controller.loop.Loops;
import dev.connectome.controller.notification.NotificationMeters;
import dev.connectome.controller.notification.Notifications;
import dev.connectome.controller.report.ActivationRelay;
import dev.connectome.controller.report.Reports;
import dev.connectome.controller.report.StopPushes;
import dev.connectome.controller.run.Backoff;
import dev.connectome.controller.run.RetryBudget;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.SettingsCheck;
import dev.connectome.controller.store.Store;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import javax.sql.DataSource;

/** Wires the controller, starts it and stops it. */
@ApplicationScoped
public class ControllerBeans {

  /** The exit code of an internal software error, as of sysexits. */
  private static final int ERROR = 70;

  private static final int RETENTION_BATCH_SIZE = 100;

  @Produces
  @Singleton
  Store store(DataSource control, @io.quarkus.agroal.DataSource("queries") DataSource queries) {
    return new Store(control, queries);
  }

  /** The process ends without ending its trainers, which the next one adopts. */
  @Produces
  @Singleton
  Loops loops() {
    return new Loops(InstantSource.system(), (loop, error) -> Runtime.getRuntime().halt(ERROR));
  }

  @Produces
  @Singleton
  Quarantine quarantine(Store store) {
    return new Quarantine(store, InstantSource.system());
  }

  @Produces
  @Singleton
  Decisions decisions(ControllerSettings settings) {
    ControllerSettings checked = checked(settings);
    return new Decisions(new StopGrace(checked.stopGrace(), checked.stopGraceEndOfEpoch()));
  }

  private static ControllerSettings checked(ControllerSettings settings) {
    return InvalidSettings.check(() -> SettingsCheck.checked(settings));
  }

  @Produces
  @Singleton
  Runs runs(Store store, Decisions decisions) {
    return new Runs(store, decisions);
  }

  @Produces
  @Singleton
  LaunchQueue launchQueue(Store store, Quarantine quarantine) {
    return new LaunchQueue(store, quarantine);
  }

  @Produces
  @Singleton
  Attempts attempts(Store store, ControllerSettings settings) {
    ControllerSettings checked = checked(settings);
    return new Attempts(
        store,
        new RetrySettings(
            new RetryBudget(checked.maxFailures(), checked.maxInterruptions()),
            new Backoff(checked.retryPause(), checked.longestPause()),
            new Backoff(checked.interruptionPause(), checked.longestPause())));
  }

  @Produces
  @Singleton
  Heartbeats heartbeats(Store store, Loops loops) {
    return new Heartbeats(store, loops.add("heartbeats", Controller.MAX_AGE));
  }

  void close(@Disposes Heartbeats heartbeats) {
    heartbeats.close();
  }

  @Produces
  @Singleton
  ActivationRelay activationRelay(ControllerSettings settings) {
    ControllerSettings.Kafka kafka = settings.kafka();
    return new ActivationRelay(
        KafkaProperties.of(kafka.bootstrapServers(), kafka.propertiesFile()),
        kafka.topicPrefix() + "activations.v1");
  }

  void close(@Disposes ActivationRelay relay) {
    relay.close();
  }

  @Produces
  @Singleton
  Reports reports(Heartbeats heartbeats, ActivationRelay relay) {
    return new Reports(heartbeats, relay);
  }

  @Produces
  @Singleton
  StopPushes stopPushes(Store store) {
    return new StopPushes(store);
  }

  void close(@Disposes StopPushes pushes) {
    pushes.close();
  }

  @Produces
  @Singleton
  RunWatches watchers(Store store, Loops loops) {
    return new RunWatches(store, loops.add("watches", Controller.MAX_AGE));
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
      Launchers launchers,
      LocalHost host,
      ControllerSettings settings,
      Quarantine quarantine,
      Loops loops,
      MeterRegistry metrics) {
    var enforcement = new Enforcement(decisions, limit(settings.breaker()));
    var timeouts =
        new Watchdog.Timeouts(
            settings.startTimeout(),
            Watchdog.Timeouts.heartbeat(settings.heartbeatInterval()),
            settings.externalLostTimeout(),
            settings.lostTimeout());
    var consumer =
        new SignatureConsumer(
            new PolicyEvaluator(store, enforcement, quarantine),
            quarantine,
            settings.kafka().bootstrapServers(),
            settings.kafka().topicPrefix() + "signatures.v1",
            settings.kafka().groupId(),
            settings.kafka().groupInstanceId(),
            settings.kafka().propertiesFile(),
            settings.kafka().topicPrefix() + "dead-letters.v1",
            loops.add("signatures", Controller.MAX_AGE),
            metrics);
    RunMeters.register(store, metrics);
    ControlMeters.stops(store, metrics);
    ControlMeters.faults(quarantine, enforcement, metrics);
    Notifications notifications =
        InvalidSettings.check(() -> Notifications.of(store, settings, loops, Controller.MAX_AGE));
    var backlogs = new CachedQuery<>(store, transaction -> transaction.notifications().backlogs());
    NotificationMeters.register(notifications, backlogs::get, metrics);
    return new Controller(
        store,
        launchers,
        new StopDelivery(store, attempts, launchers, host, quarantine, timeouts.maxGap()),
        new Watchdog(store, quarantine, attempts, timeouts, host.name()),
        new RunSummaries(store, quarantine, InstantSource.system()),
        consumer,
        settings
            .retention()
            .map(
                period ->
                    new Retention(
                        store, quarantine, period, RETENTION_BATCH_SIZE, InstantSource.system())),
        notifications,
        loops);
  }

  private static Enforcement.Limit limit(ControllerSettings.Breaker breaker) {
    return InvalidSettings.check(
        () -> new Enforcement.Limit(breaker.stops(), breaker.window(), breaker.share()));
  }

  void start(
      @Observes StartupEvent event, Controller controller, Loops loops, MeterRegistry metrics) {
    var unused =
        InvalidSettings.check(
            () -> {
              controller.start();
              return controller;
            });
    ControlMeters.loops(loops, metrics);
  }

  void stop(@Observes ShutdownEvent event, Controller controller) {
    controller.close();
  }
}
