package dev.connectome.platform;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/**
 * Starts a connectome service beside the platform's own, with topics and state that are new, only
 * to see how long it takes.
 */
final class StartupMeasurement {
  private static final String NAME = "connectome-service-trial";
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private StartupMeasurement() {}

  /**
   * Starts the service, waits until it is ready, and ends it.
   *
   * @param installation where it is
   * @param state the platform's directory; what the service wrote there is deleted
   * @param kafka the broker, on which its topics are left
   * @return how long it took to be ready, to a fifth of a second
   * @throws IOException if it cannot be started
   * @throws InterruptedException if the thread is interrupted
   */
  static Duration measure(Installation installation, StateDirectory state, String kafka)
      throws IOException, InterruptedException {
    PortPlan ports = PortPlan.choose(PlatformOptions.Ports.ANY);
    Path streams = state.root().resolve(NAME);
    Map<String, String> settings = ServiceSettings.connectome(streams, ports, kafka);
    String trial = "trial." + UUID.randomUUID() + ".";
    settings.put("connectome.kafka.topic-prefix", trial);
    settings.put("connectome.streams.application-id", trial + "connectome-service");
    ServiceSettings.write(settings, state.config(NAME));
    SupervisedService service =
        SupervisedService.start(
            new ServiceSpec(
                NAME,
                installation.connectomeCommand(state.config(NAME)),
                state.log(NAME),
                state.pid(NAME),
                URI.create("http://127.0.0.1:" + ports.connectomeHttp() + "/q/health/ready")),
            message -> {},
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build());
    try {
      service.awaitReady(READY_LIMIT);
      return service.readyAfter();
    } finally {
      service.stop(PATIENCE);
      Directories.delete(streams);
    }
  }
}
