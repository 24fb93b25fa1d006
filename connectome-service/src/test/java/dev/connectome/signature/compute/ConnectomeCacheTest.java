package dev.connectome.signature.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.topology.FunctionalConnectome;
import java.nio.FloatBuffer;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConnectomeCacheTest {

  private static final UUID RUN = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  /** Three neurons have three edges: each connectome takes 24 bytes with its sets. */
  private static final long BYTES = 24;

  private final SignatureEngine engine = new SignatureEngine(System::nanoTime);
  private final ConnectomeCache recent = new ConnectomeCache(3 * BYTES);

  private EarlierConnectome connectome(int epoch) {
    FloatBuffer weights = FloatBuffer.wrap(new float[] {0.1f, 0.2f, 0.3f});
    return engine.recall(epoch, FunctionalConnectome.ofUpperTriangle(3, weights));
  }

  @Test
  void whatIsNeededIsRememberedAndTheRestDropped() {
    EarlierConnectome first = connectome(1);
    recent.keep(RUN, 1, first, Set.of(1));
    recent.keep(RUN, 1, connectome(2), Set.of(1, 2));
    recent.keep(RUN, 1, connectome(3), Set.of(1, 3));

    assertThat(recent.find(RUN, 1, 1)).containsSame(first);
    assertThat(recent.find(RUN, 1, 2)).isEmpty();
    assertThat(recent.find(RUN, 1, 3)).isPresent();
  }

  @Test
  void nothingOfAnotherAttemptIsFound() {
    recent.keep(RUN, 1, connectome(1), Set.of(1));

    assertThat(recent.find(RUN, 2, 1)).isEmpty();
    recent.keep(RUN, 2, connectome(1), Set.of(1));
    assertThat(recent.find(RUN, 1, 1)).isEmpty();
  }

  @Test
  void theRunThatWasQuietLongestMakesRoom() {
    recent.keep(RUN, 1, connectome(1), Set.of(1));
    recent.keep(OTHER, 1, connectome(1), Set.of(1));
    recent.keep(RUN, 1, connectome(2), Set.of(1, 2));

    recent.keep(RUN, 1, connectome(3), Set.of(1, 2, 3));

    assertThat(recent.find(OTHER, 1, 1)).isEmpty();
    assertThat(recent.find(RUN, 1, 3)).isPresent();
  }

  @Test
  void aRunThatIsForgottenLeavesItsRoom() {
    recent.keep(RUN, 1, connectome(1), Set.of(1));
    recent.keep(RUN, 1, connectome(2), Set.of(1, 2));
    recent.forget(RUN);

    recent.keep(OTHER, 1, connectome(1), Set.of(1));
    recent.keep(OTHER, 1, connectome(2), Set.of(1, 2));

    assertThat(recent.find(RUN, 1, 1)).isEmpty();
    assertThat(recent.find(OTHER, 1, 1)).isPresent();
    assertThat(recent.find(OTHER, 1, 2)).isPresent();
  }
}
