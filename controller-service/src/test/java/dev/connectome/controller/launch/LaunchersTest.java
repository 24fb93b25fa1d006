package dev.connectome.controller.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.controller.run.LauncherType;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LaunchersTest {

  private static final class Ticking implements Launcher {
    private final LauncherType type;
    private final boolean fails;
    private int ticks;

    Ticking(LauncherType type, boolean fails) {
      this.type = type;
      this.fails = fails;
    }

    @Override
    public LauncherType type() {
      return type;
    }

    @Override
    public void adopt() {
      // There is nothing to adopt.
    }

    @Override
    public void tick() {
      ticks++;
      if (fails) {
        throw new IllegalStateException("of the test");
      }
    }

    @Override
    public Ending end(UUID runUid, int attempt) {
      return Ending.NO;
    }

    @Override
    public void close() {
      // There is nothing to end.
    }
  }

  @Test
  void aLauncherThatFailsKeepsNoOtherFromWorkingAndIsNoticed() {
    var local = new Ticking(LauncherType.LOCAL, true);
    var kubernetes = new Ticking(LauncherType.KUBERNETES, false);
    var launchers =
        new Launchers(Map.of(LauncherType.LOCAL, local, LauncherType.KUBERNETES, kubernetes));

    assertThatThrownBy(launchers::tick)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("of the test");

    assertThat(local.ticks).isEqualTo(1);
    assertThat(kubernetes.ticks).isEqualTo(1);
  }
}
