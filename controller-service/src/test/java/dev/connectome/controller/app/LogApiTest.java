package dev.connectome.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.connectome.controller.fixture.TestDatabase;
import dev.connectome.controller.launch.RunFiles;
import dev.connectome.controller.lifecycle.LaunchQueue;
import dev.connectome.controller.store.AttemptRow.ProcessOwner;
import dev.connectome.controller.store.RunRow;
import dev.connectome.protos.run.v1.CreateTrainingRunRequest;
import dev.connectome.protos.run.v1.ReadRunLogRequest;
import dev.connectome.protos.run.v1.ReadRunLogResponse;
import dev.connectome.protos.run.v1.TrainingRun;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The logs of trainers on this machine and on others. */
class LogApiTest {

  @TempDir Path directory;
  private ControllerUnderTest controller;
  private UUID uid;

  @BeforeEach
  void start() throws Exception {
    controller =
        ControllerUnderTest.notStarted(
            TestDatabase.create(),
            Map.of(
                "connectome.launch.local.command[0]",
                "true",
                "connectome.launch.local.host",
                "here",
                "connectome.launch.local.directory",
                directory.toString()));
    uid =
        UUID.fromString(
            controller
                .runs()
                .createTrainingRun(
                    CreateTrainingRunRequest.newBuilder()
                        .setTrainingRunId("a")
                        .setTrainingRun(TrainingRun.getDefaultInstance())
                        .build())
                .getUid());
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void aLargeLogIsSentAsFastAsItIsRead() throws Exception {
    launch("here");
    var bytes = new byte[24 << 20];
    new Random(7).nextBytes(bytes);
    Path log = new RunFiles(directory).log(uid, 1);
    Files.createDirectories(log.getParent());
    Files.write(log, bytes);

    assertThat(ByteString.copyFrom(bytes).equals(read(false))).isTrue();
  }

  @Test
  void aLogIsFollowedUntilItsAttemptEnds() throws Exception {
    launch("here");
    Path log = new RunFiles(directory).log(uid, 1);
    Files.createDirectories(log.getParent());
    Files.writeString(log, "one\n");
    Iterator<ReadRunLogResponse> chunks = controller.runs().readRunLog(request(true));
    assertThat(chunks.next().getContent().toStringUtf8()).isEqualTo("one\n");

    Files.writeString(log, "one\ntwo\n");
    assertThat(chunks.next().getContent().toStringUtf8()).isEqualTo("two\n");

    Files.writeString(log, "one\ntwo\nlast\n");
    controller.store().inTransaction(transaction -> transaction.attempts().end(uid, 1));
    ByteString rest = ByteString.EMPTY;
    while (chunks.hasNext()) {
      rest = rest.concat(chunks.next().getContent());
    }
    assertThat(rest.toStringUtf8()).isEqualTo("last\n");
  }

  @Test
  void theLogOfAnotherMachineIsNotAnEmptyOne() {
    launch("elsewhere");

    assertThatThrownBy(() -> read(false))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
              assertThat(e.getStatus().getDescription())
                  .contains("attempt 1 of run \"a\" ran on the machine elsewhere");
            });
  }

  private void launch(String host) {
    var unused =
        new LaunchQueue(controller.store())
            .next(RunRow.LOCAL, 1, Optional.of(new ProcessOwner(host, "some controller")))
            .orElseThrow();
  }

  private static ReadRunLogRequest request(boolean follow) {
    return ReadRunLogRequest.newBuilder().setName("runs/a").setFollow(follow).build();
  }

  private ByteString read(boolean follow) {
    ByteString content = ByteString.EMPTY;
    Iterator<ReadRunLogResponse> chunks = controller.runs().readRunLog(request(follow));
    while (chunks.hasNext()) {
      content = content.concat(chunks.next().getContent());
    }
    return content;
  }
}
