package dev.connectome.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopTest {

  private final List<String> ended = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private final Loops loops = new Loops(() -> now, (loop, error) -> ended.add(loop + " " + error));
  private final Loop loop = loops.add("watchdog", Duration.ofMinutes(1));

  @Test
  void anErrorInALoopIsNeverSilent() {
    var error = new OutOfMemoryError("of the test");

    assertThatThrownBy(
            () ->
                loop.pass(
                    () -> {
                      throw error;
                    }))
        .isSameAs(error);

    assertThat(ended).containsExactly("watchdog " + error);
    now = now.plusSeconds(61);
    assertThat(loop.isAlive()).isFalse();
  }

  @Test
  void aLoopWhosePassesFailIsAliveAndDoesNotWork() {
    for (int second = 0; second < 90; second++) {
      now = now.plusSeconds(1);
      assertThat(loop.pass(LoopTest::fail)).isFalse();
    }

    assertThat(loop.isAlive()).isTrue();
    assertThat(loop.isWorking()).isFalse();
    assertThat(loop.age()).isEqualTo(Duration.ofSeconds(90));
    assertThat(loop.failures()).isEqualTo(90);

    assertThat(loop.pass(() -> {})).isTrue();
    assertThat(loop.isWorking()).isTrue();
    assertThat(loop.age()).isZero();
  }

  @Test
  void aLoopThatMakesNoPassIsNotAlive() {
    assertThat(loop.isAlive()).isTrue();

    now = now.plusSeconds(61);

    assertThat(loop.isAlive()).isFalse();
    assertThat(loops.all()).containsExactly(loop);
  }

  private static void fail() {
    throw new IllegalStateException("of the test");
  }
}
