package dev.connectome.controller.launch.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.connectome.controller.app.ControllerUnderTest;
import dev.connectome.controller.fixture.TestCluster;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.ReadRunLogRequest;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.mockwebserver.http.MockResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The logs of trainers that are pods, read through the controller. */
class PodLogTest {

  /** Longer than one message, and not cut where a character ends. */
  private static final String LOG = "épochs\n".repeat(20_000);

  private final TestCluster cluster = new TestCluster();
  private ControllerUnderTest controller;

  @BeforeEach
  void start() throws Exception {
    controller =
        ControllerUnderTest.start(
            TestDatabase.create(),
            new HashMap<>(Map.of("connectome.launch.kubernetes.namespace", TestCluster.NAMESPACE)),
            cluster.client());
  }

  @AfterEach
  void stop() {
    controller.close();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLogOfAPodIsTheLogOfItsAttempt(boolean follow) {
    Job job = jobOf("a");
    cluster.pod(job, TestCluster.running(Instant.now()));
    cluster.answerWith(
        request ->
            request.getPath().contains("/log?")
                    && request.getPath().contains("container=trainer")
                    && request.getPath().contains("follow=true") == follow
                ? Optional.of(new MockResponse().setResponseCode(200).setBody(LOG))
                : Optional.empty());

    // The pod is known as soon as the watch has told of it.
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptionsMatching(PodLogTest::isNotFound)
        .untilAsserted(() -> assertThat(read("a", follow)).isEqualTo(LOG));
  }

  @Test
  void aLogThatIsNowhereIsNotFoundWithTheReason() {
    jobOf("a");

    assertThatThrownBy(() -> read("a", false))
        .isInstanceOf(StatusRuntimeException.class)
        .satisfies(problem -> assertThat(isNotFound(problem)).isTrue())
        .hasMessageContaining("attempt 1 of run \"a\"");
  }

  @Test
  void whatTheClusterSaysAgainstItIsPassedOn() {
    Job job = jobOf("a");
    cluster.pod(job, TestCluster.waiting("ContainerCreating", ""));
    cluster.answerWith(
        request ->
            request.getPath().contains("/log")
                ? Optional.of(TestCluster.error(400, "container trainer is waiting to start"))
                : Optional.empty());

    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> read("a", false))
                    .hasMessageContaining("waiting to start"));
  }

  private Job jobOf(String runId) {
    String uid =
        controller
            .runs()
            .createTrainingRun(
                CreateTrainingRunRequest.newBuilder().setTrainingRunId(runId).build())
            .getUid();
    await().atMost(Duration.ofSeconds(20)).until(() -> cluster.job(uid, 1).isPresent());
    return cluster.job(uid, 1).orElseThrow();
  }

  private String read(String runId, boolean follow) {
    Iterator<ReadRunLogResponse> pieces =
        controller
            .runs()
            .readRunLog(
                ReadRunLogRequest.newBuilder().setName("runs/" + runId).setFollow(follow).build());
    ByteString log = ByteString.EMPTY;
    while (pieces.hasNext()) {
      log = log.concat(pieces.next().getContent());
    }
    return log.toStringUtf8();
  }

  private static boolean isNotFound(Throwable problem) {
    return Status.fromThrowable(problem).getCode() == Status.Code.NOT_FOUND;
  }
}
