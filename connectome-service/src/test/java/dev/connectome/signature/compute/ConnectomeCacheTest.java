package dev.connectome.signature.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.topology.FunctionalConnectome;
import java.nio.FloatBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ConnectomeCacheTest {

  private static final UUID RUN = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  /** Three neurons have three edges: each connectome takes 24 bytes with its sets. */
  private static final long BYTES = 24;

  private final SignatureEngine engine =
      new SignatureEngine(new MemoryBudget(1 << 20, 1 << 20), System::nanoTime);
  private final ConnectomeCache cache = new ConnectomeCache(3 * BYTES);

  private EarlierConnectome connectome(int epoch) {
    FloatBuffer weights = FloatBuffer.wrap(new float[] {0.1f, 0.2f, 0.3f});
    return engine.restore(
        epoch, FunctionalConnectome.ofUpperTriangle(3, weights), Optional.empty());
  }

  @Test
  void neededEpochsStayAndTheRestIsDropped() {
    EarlierConnectome first = connectome(1);
    cache.put(RUN, 1, first, Set.of(1));
    cache.put(RUN, 1, connectome(2), Set.of(1, 2));
    cache.put(RUN, 1, connectome(3), Set.of(1, 3));

    assertThat(cache.get(RUN, 1, 1)).containsSame(first);
    assertThat(cache.get(RUN, 1, 2)).isEmpty();
    assertThat(cache.get(RUN, 1, 3)).isPresent();
  }

  @Test
  void anotherAttemptOfTheRunTakesNothingFromIt() {
    int another = Integer.MAX_VALUE;
    cache.put(RUN, 1, connectome(1), Set.of(1));

    assertThat(cache.get(RUN, another, 1)).isEmpty();
    cache.put(RUN, another, connectome(1), Set.of(1));
    cache.remove(RUN, another);
    assertThat(cache.get(RUN, 1, 1)).isPresent();
  }

  @Test
  void theLeastRecentlyUsedAttemptIsEvicted() {
    cache.put(RUN, 1, connectome(1), Set.of(1));
    cache.put(OTHER, 1, connectome(1), Set.of(1));
    cache.put(RUN, 1, connectome(2), Set.of(1, 2));

    cache.put(RUN, 1, connectome(3), Set.of(1, 2, 3));

    assertThat(cache.get(OTHER, 1, 1)).isEmpty();
    assertThat(cache.get(RUN, 1, 3)).isPresent();
  }

  @Test
  void aRemovedAttemptFreesItsMemory() {
    cache.put(RUN, 1, connectome(1), Set.of(1));
    cache.put(RUN, 1, connectome(2), Set.of(1, 2));
    cache.remove(RUN, 1);

    cache.put(OTHER, 1, connectome(1), Set.of(1));
    cache.put(OTHER, 1, connectome(2), Set.of(1, 2));

    assertThat(cache.get(RUN, 1, 1)).isEmpty();
    assertThat(cache.get(OTHER, 1, 1)).isPresent();
    assertThat(cache.get(OTHER, 1, 2)).isPresent();
  }
}
