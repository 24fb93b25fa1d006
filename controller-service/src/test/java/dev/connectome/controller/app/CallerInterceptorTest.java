package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.api.CallerInterceptor;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.Enforcement;
import dev.connectome.protos.run.v1.ListRunEventsRequest;
import dev.connectome.protos.run.v1.RunEvent;
import dev.connectome.protos.run.v1.StopTrainingRunRequest;
import dev.connectome.protos.run.v1.StoppingPolicy;
import dev.connectome.protos.run.v1.TrainingRunServiceGrpc.TrainingRunServiceBlockingStub;
import dev.connectome.protos.run.v1.UpdateEnforcementRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events name who called, as they call themselves. */
class CallerInterceptorTest {

  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    controller = ControllerUnderTest.notStarted(TestDatabase.create(), Map.of());
    var unused = controller.createExternal("a", StoppingPolicy.newBuilder());
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void whoSaysNothingIsCalledApi() {
    assertThat(actors()).containsExactly("api");
  }

  @Test
  void aCallerIsNamedInTheEventsOfTheCall() {
    stopRun(as("Ada Lovelace"));

    assertThat(actors()).containsExactly("api", "Ada Lovelace");
  }

  @Test
  void aCallerOverHttpIsNamedToo() throws Exception {
    assertThat(post("/v1/runs/a:stop", "nightly@ci").statusCode()).isEqualTo(200);

    assertThat(actors()).containsExactly("api", "nightly@ci");
  }

  @Test
  void whoSwitchesEnforcementIsNamed() {
    Enforcement now =
        as("ada")
            .updateEnforcement(
                UpdateEnforcementRequest.newBuilder()
                    .setEnforcement(Enforcement.newBuilder().setSuspended(true))
                    .build());

    assertThat(now.getActor()).isEqualTo("ada");
  }

  @ParameterizedTest
  @ValueSource(strings = {"controller", "trainer", "launcher", "kubernetes", "policy diminishing"})
  void nobodyPassesForAPartOfThePlatform(String name) {
    stopRun(as(name));

    assertThat(actors()).containsExactly("api", "caller " + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ada", "ada "})
  void whatIsNoNameIsRefused(String name) {
    assertThatThrownBy(() -> stopRun(as(name)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(e).hasMessageContaining("x-connectome-actor must be 1 to 64 printable");
            });
    assertThat(actors()).containsExactly("api");
  }

  @Test
  void whatIsNoNameIsRefusedOverHttpToo() throws Exception {
    HttpResponse<String> refused = post("/v1/runs/a:stop", "tab\tand");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("x-connectome-actor");
    assertThat(actors()).containsExactly("api");
  }

  @Test
  void aNameHasAtMost64Characters() throws Exception {
    stopRun(as("n".repeat(64)));

    assertThat(post("/v1/runs/a:resume", "n".repeat(65)).statusCode()).isEqualTo(400);

    assertThat(actors()).containsExactly("api", "n".repeat(64));
  }

  /** Calls under a name. */
  private TrainingRunServiceBlockingStub as(String name) {
    var headers = new Metadata();
    headers.put(CallerInterceptor.HEADER, name);
    return controller.runs().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static void stopRun(TrainingRunServiceBlockingStub runs) {
    var unused =
        runs.stopTrainingRun(StopTrainingRunRequest.newBuilder().setName("runs/a").build());
  }

  private HttpResponse<String> post(String path, String name) throws Exception {
    URI uri = controller.http().resolve(path);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("X-Connectome-Actor", name)
                .POST(BodyPublishers.ofString("{}"))
                .build(),
            BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private List<String> actors() {
    return controller
        .runs()
        .listRunEvents(ListRunEventsRequest.newBuilder().setParent("runs/a").build())
        .getEventsList()
        .stream()
        .map(RunEvent::getActor)
        .toList();
  }
}
