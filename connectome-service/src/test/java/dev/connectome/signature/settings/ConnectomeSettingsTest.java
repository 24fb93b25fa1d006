package dev.connectome.signature.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.signature.compute.MemoryBudget;
import dev.connectome.signature.fixture.TestSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectomeSettingsTest {

  @Test
  void theMemoryForASnapshotIsThatOfTheProcessUnlessSet() {
    ConnectomeSettings defaults = TestSettings.of(Map.of("connectome.streams.state-dir", "unused"));
    ConnectomeSettings set =
        TestSettings.of(
            Map.of(
                "connectome.streams.state-dir", "unused",
                "connectome.limits.snapshot-heap-bytes", "1000000",
                "connectome.limits.snapshot-native-bytes", "2000000"));

    assertThat(defaults.memoryBudget()).isEqualTo(MemoryBudget.ofProcess(1, 64L << 20, 32L << 20));
    assertThat(set.memoryBudget()).isEqualTo(new MemoryBudget(1_000_000, 2_000_000));
  }
}
