package dev.connectome.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateLockTest {

  @TempDir Path root;

  private StateDirectory state;
  private long gone;

  @BeforeEach
  void endAProcess() throws Exception {
    state = new StateDirectory(root);
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    gone = ended.pid();
  }

  @ParameterizedTest
  @ValueSource(strings = {"%d\n", ""})
  void oneWhoseNoteNamesNobodyAliveIsWaitedFor(String note) throws Exception {
    StateLock held = StateLock.acquire(state, line -> {});
    Files.writeString(state.lock(), note.formatted(gone));
    List<String> said = new ArrayList<>();

    StateLock next =
        StateLock.acquire(
            state,
            line -> {
              said.add(line);
              close(held);
            });

    next.close();
    assertThat(said).containsExactly("waiting for the processes of an earlier platform to end ...");
    assertThat(state.lock()).hasContent(ProcessHandle.current().pid() + "\n");
  }

  @Test
  void butNotForEver() throws Exception {
    try (StateLock held = StateLock.acquire(state, line -> {})) {
      assertThat(held).isNotNull();
      Files.writeString(state.lock(), gone + "\n");

      assertThatThrownBy(() -> StateLock.acquire(state, line -> {}, Duration.ZERO))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("already running on " + root + " (process " + gone + ")");
    }
  }

  @Test
  void aGuardIsWaitedForWhateverItsNoteReplaces() throws Exception {
    Files.writeString(state.lock(), "1234567890\nending\nand more\n");
    Optional<StateLock> guard = StateLock.acquireToEnd(state);

    assertThat(state.lock()).hasContent(ProcessHandle.current().pid() + "\nending\n");
    StateLock.acquire(state, line -> close(guard.orElseThrow()), Duration.ZERO).close();
  }

  @Test
  void onAFullDiskAGuardHasItWithoutANote() throws Exception {
    Files.createSymbolicLink(state.lock(), Path.of("/dev/full"));

    Optional<StateLock> guard = StateLock.acquireToEnd(state);

    assertThat(guard).isPresent();
    assertThat(StateLock.acquireToEnd(state)).isEmpty();
    close(guard.orElseThrow());
  }

  private static void close(StateLock lock) {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
