package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before anything has been started. */
class PlatformTest {

  @TempDir Path root;

  @Test
  void aSecondPlatformOnAStateDirectoryIsRefused() throws Exception {
    StateDirectory state = new StateDirectory(root);
    try (StateLock first = StateLock.acquire(state, line -> {})) {
      assertThat(first).isNotNull();

      assertThatThrownBy(() -> start(1))
          .isInstanceOfSatisfying(
              PlatformException.class, refused -> assertThat(refused.isBadInput()).isTrue())
          .hasMessageStartingWith("a platform is already running on " + root)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }

    assertThatCode(() -> StateLock.acquire(state, line -> {}).close()).doesNotThrowAnyException();
  }

  @Test
  void noConcurrentRunsAreRefused() {
    assertThatThrownBy(() -> start(0))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("is 0");
  }

  @Test
  void withoutAPlatformThereAreNoEndpoints() {
    assertThat(Endpoints.find(root)).isEmpty();
    assertThatThrownBy(() -> Endpoints.read(root))
        .isInstanceOf(PlatformException.class)
        .hasMessageStartingWith("no platform is running on " + root);
  }

  private void start(int maxConcurrentRuns) throws InterruptedException {
    Platform.start(
            new PlatformOptions(
                Installation.current(), root, null, maxConcurrentRuns, PlatformOptions.Ports.ANY),
            line -> {})
        .close();
  }
}
