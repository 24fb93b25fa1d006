package dev.connectome.controller.app;

import dev.connectome.controller.launch.Launcher;
import dev.connectome.controller.launch.Launchers;
import dev.connectome.controller.launch.LocalHost;
import dev.connectome.controller.launch.LocalLauncher;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.launch.kubernetes.KubernetesLauncher;
import dev.connectome.controller.launch.kubernetes.KubernetesLauncherSettings;
import dev.connectome.controller.lifecycle.Attempts;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.lifecycle.Quarantine;
import dev.connectome.controller.settings.ControllerSettings;
import dev.connectome.controller.settings.KubernetesLaunchSettings;
import dev.connectome.controller.store.Store;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Wires the launchers of the settings. */
@ApplicationScoped
public class LauncherBeans {

  @Produces
  @Singleton
  RunFiles runFiles(ControllerSettings settings) {
    return new RunFiles(settings.launch().local().directory());
  }

  /** Lazy: only a controller with the Kubernetes launcher needs a cluster. */
  @Produces
  @Singleton
  Supplier<KubernetesClient> cluster(Instance<KubernetesClient> client) {
    return client::get;
  }

  @Produces
  @Singleton
  LocalHost localHost(ControllerSettings settings) {
    return InvalidSettings.check(() -> LocalHost.current(settings.launch().local().host()));
  }

  @Produces
  @Singleton
  Launchers launchers(
      Store store,
      LaunchQueue queue,
      Attempts attempts,
      RunFiles files,
      ControllerSettings settings,
      LocalHost host,
      Quarantine quarantine,
      Supplier<KubernetesClient> cluster) {
    List<Launcher> launchers = new ArrayList<>();
    launchers.add(
        new LocalLauncher(
            store, queue, attempts, files, localSettings(settings), host, quarantine));
    if (settings.launch().kubernetes().enabled()) {
      launchers.add(
          InvalidSettings.check(
              () ->
                  new KubernetesLauncher(
                      store,
                      queue,
                      attempts,
                      cluster.get(),
                      kubernetesSettings(settings),
                      Clock.systemUTC())));
    }
    return new Launchers(
        launchers.stream().collect(Collectors.toMap(Launcher::type, Function.identity())));
  }

  private static LocalLauncher.Settings localSettings(ControllerSettings settings) {
    ControllerSettings.Local local = settings.launch().local();
    Map<String, String> environment = environment(settings, local.controllerEndpoint());
    environment.put("CONNECTOME_CONTROL_HOST", "127.0.0.1");
    settings
        .kafka()
        .propertiesFile()
        .ifPresent(
            file ->
                environment.put(
                    "CONNECTOME_KAFKA_PROPERTIES_FILE", file.toAbsolutePath().toString()));
    local
        .tokenFile()
        .ifPresent(
            file -> environment.put("CONNECTOME_TOKEN_FILE", file.toAbsolutePath().toString()));
    local.dataDir().ifPresent(dir -> environment.put("CONNECTOME_DATA_DIR", dir.toString()));
    return new LocalLauncher.Settings(
        local.command().orElse(List.of()),
        local.command().isPresent() ? local.maxConcurrentRuns() : 0,
        environment,
        local.environment().orElse(List.of()));
  }

  private static KubernetesLauncherSettings kubernetesSettings(ControllerSettings settings) {
    KubernetesLaunchSettings kubernetes = settings.launch().kubernetes();
    String endpoint =
        kubernetes
            .controllerEndpoint()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "connectome.launch.kubernetes.controller-endpoint is not set; set it to the"
                            + " host:port at which trainers on the cluster reach this controller"));
    Map<String, String> environment = environment(settings, endpoint);
    kubernetes.controllerUrl().ifPresent(url -> environment.put("CONNECTOME_URL", url));
    return new KubernetesLauncherSettings(
        kubernetes.namespace(),
        kubernetes.namespaces().keySet(),
        kubernetes.image(),
        kubernetes.queue(),
        kubernetes.dataClaim(),
        kubernetes.checkpointClaim(),
        kubernetes.kafkaSecret(),
        kubernetes.tokenSecret(),
        kubernetes.jobTemplate(),
        kubernetes.runtimes(),
        environment,
        kubernetes.maxConcurrentRuns(),
        settings.startTimeout(),
        kubernetes.keepFinished(),
        kubernetes.requestsPerSecond());
  }

  private static Map<String, String> environment(ControllerSettings settings, String endpoint) {
    Map<String, String> environment = new HashMap<>();
    environment.put("CONNECTOME_CONTROLLER_ENDPOINT", endpoint);
    environment.put("CONNECTOME_KAFKA_BOOTSTRAP_SERVERS", settings.kafka().bootstrapServers());
    environment.put("CONNECTOME_TOPIC_PREFIX", settings.kafka().topicPrefix());
    return environment;
  }
}
