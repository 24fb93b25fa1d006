package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.api.CallerInterceptor;
import dev.connectome.controller.fixture.ControllerProcess;
import dev.connectome.controller.fixture.RawHttp;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the framework that the packaged controller runs in puts together. */
@Timeout(300)
class PackagedControllerIT {

  private final Map<String, String> settings = TestDatabase.settings(TestDatabase.create());

  PackagedControllerIT() {
    settings.put("connectome.kafka.bootstrap-servers", "127.0.0.1:1");
  }

  @Test
  void callersAreNamedAndForeignHostsRefused() throws Exception {
    ControllerProcess.Ports ports = ControllerProcess.Ports.free();
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + ports.grpc(), InsecureChannelCredentials.create())
            .build();
    try (var controller = ControllerProcess.start("packaged", ports, settings)) {
      controller.awaitReady();
      var headers = new Metadata();
      headers.put(CallerInterceptor.HEADER, "ada");
      var runs =
          TrainingRunServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
      var unused =
          runs.createTrainingRun(
              CreateTrainingRunRequest.newBuilder()
                  .setTrainingRunId("a")
                  .setTrainingRun(
                      TrainingRun.newBuilder().setLauncher(LauncherKind.LAUNCHER_KIND_EXTERNAL))
                  .build());

      assertThat(
              runs.listRunEvents(ListRunEventsRequest.newBuilder().setParent("runs/a").build())
                  .getEventsList())
          .extracting(RunEvent::getActor)
          .containsExactly("ada");
      for (String path :
          new String[] {"/", "/page/uplot.js", "/v1/runs/a", "/q/health/ready", "/q/metrics"}) {
        assertThat(RawHttp.get(ports.http(), path, "127.0.0.1")).startsWith("HTTP/1.1 200");
        assertThat(RawHttp.get(ports.http(), path, "attacker.example")).startsWith("HTTP/1.1 421");
      }
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aMistakeInTheSettingsEndsTheStartWithOneLineAboutIt() throws Exception {
    String name = "packaged-mistake";
    Files.deleteIfExists(ControllerProcess.log(name));
    var mistaken = new java.util.HashMap<>(settings);
    mistaken.put("connectome.http.allowed-hosts", "http://example.org");
    try (var controller = ControllerProcess.start(name, ControllerProcess.Ports.free(), mistaken)) {
      assertThat(controller.awaitEnd()).isEqualTo(2);
    }
    assertThat(Files.readString(ControllerProcess.log(name)))
        .contains("connectome.http.allowed-hosts has \"http://example.org\"")
        .doesNotContain("Failed to start", "Caused by")
        .doesNotContainPattern("example[.]org[^\n]*\n\tat ");
  }
}
