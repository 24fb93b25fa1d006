package dev.connectome.trainer.control;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static Command order(String id, Mode mode) {
    return new Command(id, mode, OptionalInt.empty(), "enough");
  }

  @Test
  void untouchedItStopsNothing() {
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).isEmpty();
    assertThat(stopSwitch.due(Boundary.EPOCH)).isEmpty();
  }

  @Test
  void aGracefulStopIsDueAfterTheMiniBatchAndOneAtTheEndOfTheEpochOnlyThere() {
    stopSwitch.submit(order("a", Mode.END_OF_EPOCH));
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).isEmpty();
    assertThat(stopSwitch.due(Boundary.EPOCH)).contains(order("a", Mode.END_OF_EPOCH));

    stopSwitch.submit(order("b", Mode.GRACEFUL));
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).contains(order("a", Mode.GRACEFUL));
  }

  @Test
  void anOrderThatCouldWaitForTheEpochDoesNotWhenItsDeadlineIsNear() {
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
  void theSameOrderAgainIsAnsweredTheSameAndAnotherChangesNothing() {
    Command first = order("a", Mode.GRACEFUL);

    assertThat(stopSwitch.submit(first)).isEqualTo(Disposition.ACCEPTED);
    assertThat(stopSwitch.submit(first)).isEqualTo(Disposition.ACCEPTED);
    assertThat(stopSwitch.submit(order("b", Mode.GRACEFUL)))
        .isEqualTo(Disposition.ALREADY_STOPPING);
    assertThat(stopSwitch.command()).contains(first);
  }

  @Test
  void anImmediateStopUpgradesAGracefulOneAndIsNotTakenBack() {
    stopSwitch.submit(order("a", Mode.GRACEFUL));
    stopSwitch.submit(order("b", Mode.IMMEDIATE));
    stopSwitch.submit(order("c", Mode.GRACEFUL));

    assertThat(stopSwitch.command()).contains(order("a", Mode.IMMEDIATE));
  }

  @Test
  void anOrderOutranksAnInterruptionWhicheverCameFirst() {
    stopSwitch.interrupt();
    assertThat(stopSwitch.due(Boundary.MINI_BATCH))
        .containsInstanceOf(StopRequest.Interruption.class);

    assertThat(stopSwitch.submit(order("a", Mode.GRACEFUL))).isEqualTo(Disposition.ACCEPTED);
    stopSwitch.interrupt();
    assertThat(stopSwitch.due(Boundary.MINI_BATCH)).contains(order("a", Mode.GRACEFUL));
  }

  @Test
  void theLossOfTheRunOutranksAll() {
    stopSwitch.submit(order("a", Mode.GRACEFUL));
    stopSwitch.revoke("superseded");

    assertThat(stopSwitch.due(Boundary.MINI_BATCH))
        .contains(new StopRequest.Revocation("superseded"));
    assertThat(stopSwitch.submit(order("b", Mode.IMMEDIATE)))
        .isEqualTo(Disposition.ALREADY_STOPPING);
  }

  @Test
  void anOrderAfterTheEndComesTooLate() {
    stopSwitch.finish();

    assertThat(stopSwitch.submit(order("a", Mode.GRACEFUL)))
        .isEqualTo(Disposition.ALREADY_FINISHED);
    assertThat(stopSwitch.command()).isEmpty();
  }
}
