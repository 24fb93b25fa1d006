package dev.connectome.trainer.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.connectome.protos.trainer.v1.StopCommand;
import dev.connectome.protos.trainer.v1.StopMode;
import dev.connectome.trainer.control.StopRequest.Command;
import dev.connectome.trainer.control.StopRequest.Mode;
import dev.connectome.trainer.control.StopSwitch.Boundary;
import dev.connectome.trainer.control.StopSwitch.Disposition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StopSwitchTest {

  private final StopSwitch stopSwitch = new StopSwitch();

  private static Command command(String id, Mode mode) {
    return new Command(id, mode, OptionalInt.empty(), "enough");
  }

  @Test
  void withoutARequestNothingIsDue() {
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).isEmpty();
    assertThat(stopSwitch.due(Boundary.EPOCH)).isEmpty();
  }

  @Test
  void aStopIsDueAtTheBoundaryOfItsMode() {
    stopSwitch.submit(command("a", Mode.END_OF_EPOCH));
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).isEmpty();
    assertThat(stopSwitch.due(Boundary.EPOCH)).contains(command("a", Mode.END_OF_EPOCH));

    stopSwitch.submit(command("b", Mode.GRACEFUL));
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).contains(command("a", Mode.GRACEFUL));
  }

  @Test
  void aStopAtTheEndOfTheEpochIsDueEarlierIfItsDeadlineIsNear() {
    var now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    var timed = new StopSwitch((InstantSource) now::get);
    timed.submit(
        new Command(
            "a",
            Mode.END_OF_EPOCH,
            OptionalInt.empty(),
            "enough",
            Optional.of(Instant.ofEpochSecond(1_060))));

    assertThat(timed.due(Boundary.MINI_BATCH)).isEmpty();
    assertThat(timed.isDeadlineNear()).isFalse();

    now.set(Instant.ofEpochSecond(1_051));
    assertThat(timed.due(Boundary.MINI_BATCH)).isPresent();
    assertThat(timed.isDeadlineNear()).isTrue();
  }

  @Test
  void theTimeLeftCountsOnTheTrainersOwnClockWhateverTheControllersSays() {
    var now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    var timed = new StopSwitch((InstantSource) now::get);
    StopCommand sent =
        StopCommand.newBuilder()
            .setCommandId("a")
            .setMode(StopMode.STOP_MODE_END_OF_EPOCH)
            .setDeadline(Timestamp.newBuilder().setSeconds(940))
            .setTimeLeft(Duration.newBuilder().setSeconds(60))
            .build();

    timed.submit(sent);
    now.set(Instant.ofEpochSecond(1_049));
    assertThat(timed.due(Boundary.MINI_BATCH)).isEmpty();

    // The controller was away, and the time did not run.
    timed.submit(sent);
    now.set(Instant.ofEpochSecond(1_098));
    assertThat(timed.due(Boundary.MINI_BATCH)).isEmpty();

    now.set(Instant.ofEpochSecond(1_100));
    assertThat(timed.due(Boundary.MINI_BATCH)).isPresent();
  }

  @Test
  void aCommandOfAControllerThatKnowsOnlyDeadlinesHasItsDeadline() {
    var now = new AtomicReference<>(Instant.ofEpochSecond(1_000));
    var timed = new StopSwitch((InstantSource) now::get);
    timed.submit(
        StopCommand.newBuilder().setDeadline(Timestamp.newBuilder().setSeconds(1_060)).build());

    now.set(Instant.ofEpochSecond(1_051));
    assertThat(timed.isDeadlineNear()).isTrue();
  }

  @Test
  void aRepeatedCommandGetsTheSameAnswerAndAnotherChangesNothing() {
    Command first = command("a", Mode.GRACEFUL);

    assertThat(stopSwitch.submit(first)).isEqualTo(Disposition.ACCEPTED);
    assertThat(stopSwitch.submit(first)).isEqualTo(Disposition.ACCEPTED);
    assertThat(stopSwitch.submit(command("b", Mode.GRACEFUL)))
        .isEqualTo(Disposition.ALREADY_STOPPING);
    assertThat(stopSwitch.command()).contains(first);
  }

  @Test
  void anImmediateStopUpgradesAGracefulOneForGood() {
    stopSwitch.submit(command("a", Mode.GRACEFUL));
    stopSwitch.submit(command("b", Mode.IMMEDIATE));
    stopSwitch.submit(command("c", Mode.GRACEFUL));

    assertThat(stopSwitch.command()).contains(command("a", Mode.IMMEDIATE));
  }

  @Test
  void aCommandTakesPrecedenceOverAnInterruption() {
    stopSwitch.interrupt();
    assertThat(stopSwitch.due(Boundary.MINI_BATCH))
        .containsInstanceOf(StopRequest.Interruption.class);

    assertThat(stopSwitch.submit(command("a", Mode.GRACEFUL))).isEqualTo(Disposition.ACCEPTED);
    stopSwitch.interrupt();
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).contains(command("a", Mode.GRACEFUL));
  }

  @Test
  void aRevocationTakesPrecedenceOverACommand() {
    stopSwitch.submit(command("a", Mode.GRACEFUL));
    stopSwitch.revoke("superseded");

    assertThat(stopSwitch.due(Boundary.MINI_BATCH))
        .contains(new StopRequest.Revocation("superseded"));
    assertThat(stopSwitch.submit(command("b", Mode.IMMEDIATE)))
        .isEqualTo(Disposition.ALREADY_STOPPING);
  }

  @Test
  void aCommandAfterTheEndIsAnsweredAlreadyFinished() {
    stopSwitch.finish();

    assertThat(stopSwitch.submit(command("a", Mode.GRACEFUL)))
        .isEqualTo(Disposition.ALREADY_FINISHED);
    assertThat(stopSwitch.command()).isEmpty();
  }
}
