package dev.connectome.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsRequest;
import dev.connectome.protos.run.v1.ListTrainingRunsResponse;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import dev.connectome.protos.run.v1.TrainingRun;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectomeClientTest {
  private static final Metadata.Key<String> ACTOR =
      Metadata.Key.of("x-connectome-actor", Metadata.ASCII_STRING_MARSHALLER);

  private FakeController controller;
  private ConnectomeClient client;

  @BeforeEach
  void connect() throws IOException {
    controller = new FakeController();
    client = ConnectomeClient.to(controller.endpoint());
  }

  @AfterEach
  void close() {
    client.close();
    controller.close();
  }

  @Test
  void callsNameTheUserOfTheOperatingSystem() {
    client.enforcement();

    assertThat(controller.headers.get(0).get(ACTOR)).isEqualTo(System.getProperty("user.name"));
  }

  @Test
  void callsNameTheActorThatWasSet() {
    try (ConnectomeClient nightly =
        ConnectomeClient.builder(controller.endpoint()).actor("nightly build").build()) {
      nightly.enforcement();
    }

    assertThat(controller.headers.get(0).get(ACTOR)).isEqualTo("nightly build");
  }

  @Test
  void runsAreNamedByIdOrResourceName() {
    assertThat(client.get("a")).isEqualTo(client.get("runs/a"));
  }

  @Test
  void aCallThatOnlyReadsIsRepeatedWhileTheControllerIsUnavailable() {
    unavailable(2);

    assertThat(client.get("a").getName()).isEqualTo("runs/a");

    assertThat(controller.requests).hasSize(3);
  }

  @Test
  void aCreationIsRepeatedWithTheSameRequestId() {
    unavailable(1);

    client.create("a", TrainingRun.getDefaultInstance());

    assertThat(controller.requests).hasSize(2);
    assertThat(controller.requests.get(1)).isEqualTo(controller.requests.get(0));
  }

  @Test
  void aRequestIdOfTheCallersOwnIsKept() {
    client.create(CreateTrainingRunRequest.newBuilder().setRequestId("mine").build());

    assertThat(controller.requests)
        .containsExactly(CreateTrainingRunRequest.newBuilder().setRequestId("mine").build());
  }

  @Test
  void aChangeIsRepeatedWithTheSameRequestId() {
    unavailable(1);

    client.resume("a");
    client.resume("a");

    assertThat(controller.requests).hasSize(3);
    assertThat(controller.requests.get(1)).isEqualTo(controller.requests.get(0));
    assertThat(controller.requests.get(2)).isNotEqualTo(controller.requests.get(1));
  }

  private void unavailable(int calls) {
    for (int i = 0; i < calls; i++) {
      controller.failures.add(Status.UNAVAILABLE.asRuntimeException());
    }
  }

  @Test
  void aListFetchesAPageWhenTheOneBeforeHasBeenRead() {
    controller.pages.add(page("next", "c", "b"));
    controller.pages.add(page("", "a"));
    var filter = ListTrainingRunsRequest.newBuilder().setIdPrefix("x").build();

    assertThat(client.list(filter).limit(2)).extracting(RunNames::id).containsExactly("c", "b");
    assertThat(controller.requests)
        .containsExactly(filter.toBuilder().setPageSize(1000).build())
        .hasSize(1);
  }

  @Test
  void aListHasTheRunsOfAllPages() {
    controller.pages.add(page("second", "c", "b"));
    controller.pages.add(page("third"));
    controller.pages.add(page("", "a"));

    assertThat(client.list(ListTrainingRunsRequest.getDefaultInstance()))
        .extracting(RunNames::id)
        .containsExactly("c", "b", "a");
    assertThat(controller.requests)
        .extracting(request -> ((ListTrainingRunsRequest) request).getPageToken())
        .containsExactly("", "second", "third");
  }

  private static ListTrainingRunsResponse page(String nextToken, String... ids) {
    var page = ListTrainingRunsResponse.newBuilder().setNextPageToken(nextToken);
    for (String id : ids) {
      page.addTrainingRuns(TrainingRun.newBuilder().setName("runs/" + id));
    }
    return page.build();
  }

  @Test
  void aLogThatIsCutWithinCharactersIsPassedOnInWholeLines() {
    byte[] bytes = "erste\nspäte\r\nletzte".getBytes(StandardCharsets.UTF_8);
    for (byte each : bytes) {
      ByteString content = ByteString.copyFrom(new byte[] {each});
      controller.log.add(ReadRunLogResponse.newBuilder().setContent(content).build());
    }
    List<String> lines = new ArrayList<>();

    client.readLog("a", 0, false, lines::add);

    assertThat(lines).containsExactly("erste\n", "späte\r\n", "letzte");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "controller", ":9400", "controller:", "controller:99999", "a:b:c"})
  void anEndpointThatIsNoHostAndPortIsRefused(String endpoint) {
    assertThatThrownBy(() -> ConnectomeClient.builder(endpoint))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the endpoint is '" + endpoint + "': it must be HOST:PORT");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    ConnectomeClientBuilder builder = ConnectomeClient.builder("[::1]:9400");

    assertThatThrownBy(() -> builder.actor(" x")).hasMessageContaining("' x'");
    assertThatThrownBy(() -> builder.deadline(Duration.ZERO)).hasMessageContaining("PT0S");
    assertThatThrownBy(() -> builder.maxMessageBytes(0)).hasMessageContaining("0");
  }
}
