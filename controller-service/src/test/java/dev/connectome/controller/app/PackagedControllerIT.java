package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import dev.connectome.controller.api.CallerInterceptor;
import dev.connectome.controller.fixture.ControllerProcess;
import dev.connectome.controller.fixture.RawHttp;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.fixture.Tokens;
import dev.connectome.identity.Role;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.LauncherKind;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.TrainingRun;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only the framework that the packaged controller runs in puts together. */
@Timeout(300)
class PackagedControllerIT {

  @TempDir private Path folder;

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
    var tokens = new Tokens(folder.resolve("tokens"));
    settings.putAll(tokens.settings());
    try (var controller = ControllerProcess.start("packaged", ports, settings)) {
      controller.awaitReady();
      assertNobodyIsLetInWithoutAToken(channel);
      var headers = new Metadata();
      headers.put(CallerInterceptor.HEADER, "ada");
      var runs =
          TrainingRunServiceGrpc.newBlockingStub(channel)
              .withCallCredentials(tokens.credentials(Role.OPERATOR))
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
          .containsExactly("operator, ada");
      for (String path :
          new String[] {"/", "/page/uplot.js", "/v1/runs/a", "/q/health/ready", "/q/metrics"}) {
        boolean open = path.length() == 1 || path.startsWith("/page/") || path.contains("health");
        assertThat(RawHttp.get(ports.http(), path, "127.0.0.1"))
            .startsWith("HTTP/1.1 " + (open ? 200 : 401));
        assertThat(
                RawHttp.get(
                    ports.http(),
                    path,
                    "127.0.0.1",
                    "Authorization: Bearer " + tokens.of(Role.VIEWER)))
            .startsWith("HTTP/1.1 200");
        assertThat(RawHttp.get(ports.http(), path, "attacker.example")).startsWith("HTTP/1.1 421");
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static void assertNobodyIsLetInWithoutAToken(ManagedChannel channel) {
    assertThatThrownBy(
            () ->
                TrainingRunServiceGrpc.newBlockingStub(channel)
                    .listTrainingRuns(ListTrainingRunsRequest.getDefaultInstance()))
        .hasMessageStartingWith("UNAUTHENTICATED");
    MethodDescriptor<Empty, Empty> reflection =
        MethodDescriptor.<Empty, Empty>newBuilder()
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .setFullMethodName("grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();
    assertThatThrownBy(
            () ->
                ClientCalls.blockingServerStreamingCall(
                        channel, reflection, CallOptions.DEFAULT, Empty.getDefaultInstance())
                    .next())
        .hasMessageStartingWith("UNAUTHENTICATED");
    assertThat(
            HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
  }

  @Test
  void aControllerThatNobodyCouldCallDoesNotStart() throws Exception {
    String name = "packaged-closed";
    Files.deleteIfExists(ControllerProcess.log(name));
    var closed = new java.util.HashMap<>(settings);
    closed.put("connectome.auth.enabled", "true");
    try (var controller = ControllerProcess.start(name, ControllerProcess.Ports.free(), closed)) {
      assertThat(controller.awaitEnd()).isEqualTo(2);
    }
    assertThat(Files.readString(ControllerProcess.log(name)))
        .contains("controller: connectome.auth.tokens-file is not set")
        .doesNotContain("Failed to start", "Caused by");
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
