package dev.connectome.platform;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Measures how long a connectome service without any data takes until it is ready. */
final class StartupMeasurement {
  private static final String NAME = "connectome-service-trial";
  private static final Duration READY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration GRACE_PERIOD = Duration.ofSeconds(5);

  private StartupMeasurement() {}

  /**
   * Starts another connectome service, waits until it is ready, and stops it. Its state is deleted;
   * its topics stay on the broker.
   *
   * @return the time until it was ready, accurate to 0.2 s
   */
  static Duration run(Installation installation, StateDirectory state, String kafka)
      throws IOException, InterruptedException {
    try (HeldPorts held = new HeldPorts()) {
      return run(installation, state, kafka, PortPlan.choose(PlatformOptions.Ports.ANY, held));
    }
  }

  private static Duration run(
      Installation installation, StateDirectory state, String kafka, PortPlan ports)
      throws IOException, InterruptedException {
    Path stateOfService = state.root().resolve(NAME);
    Map<String, String> settings =
        ServiceSettings.connectome(stateOfService, ports, kafka, Optional.of(state.grants()));
    String prefix = "trial." + UUID.randomUUID() + ".";
    settings.put("connectome.kafka.topic-prefix", prefix);
    settings.put("connectome.streams.application-id", prefix + "connectome-service");
    ServiceSettings.write(settings, state.config(NAME));
    SupervisedService service =
        SupervisedService.start(
            ServiceSpec.of(
                state,
                NAME,
                installation.connectomeCommand(state.config(NAME), state.temporary(NAME)),
                Health.http(
                    HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build(),
                    ports.connectomeHttp())),
            message -> {});
    try {
      service.awaitReady(READY_TIMEOUT);
      return service.readyAfter();
    } finally {
      service.stop(GRACE_PERIOD);
      Directories.delete(stateOfService);
    }
  }
}
