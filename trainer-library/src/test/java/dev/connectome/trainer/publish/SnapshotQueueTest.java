package dev.connectome.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.trainer.probe.ActivationSnapshot;
import dev.connectome.trainer.probe.ActivationSnapshot.Layer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SnapshotQueueTest {

  private static ActivationSnapshot snapshot(int epoch, int samples) {
    return new ActivationSnapshot(
        epoch,
        samples,
        List.of(new Layer("dense1", 1)),
        new float[samples],
        Instant.EPOCH,
        Map.of());
  }

  private static SnapshotQueue queue(int snapshots, int values) {
    return new SnapshotQueue(new SnapshotPublisher.Buffer(snapshots, (long) values * Float.BYTES));
  }

  @Test
  void beyondItsLimitsItDropsTheOldest() throws InterruptedException {
    SnapshotQueue queue = queue(2, 10);
    queue.add(snapshot(1, 1));
    queue.add(snapshot(2, 1));
    queue.add(snapshot(3, 1));
    assertThat(queue.dropped()).isEqualTo(1);

    queue.add(snapshot(4, 10));
    assertThat(queue.dropped()).isEqualTo(3);
    assertThat(queue.take()).extracting(ActivationSnapshot::epoch).isEqualTo(4);
  }

  @Test
  void keepsTheNewestWhateverItsSize() {
    SnapshotQueue queue = queue(2, 10);
    queue.add(snapshot(1, 1));
    queue.add(snapshot(2, 100));

    assertThat(queue.dropped()).isEqualTo(1);
    assertThat(queue.unpublished()).isEqualTo(1);
    assertThat(queue.isFull()).isTrue();
  }

  @Test
  void countsTheSnapshotBeingSentUntilItIsSent() throws InterruptedException {
    SnapshotQueue queue = queue(2, 10);
    queue.add(snapshot(1, 1));
    ActivationSnapshot taken = queue.take();
    assertThat(queue.unpublished()).isEqualTo(1);
    assertThat(queue.isFull()).isFalse();

    queue.sent(taken, false);
    assertThat(queue.unpublished()).isZero();
    assertThat(queue.dropped()).isEqualTo(1);
  }

  @Test
  void endsAfterTheWaitingSnapshots() throws InterruptedException {
    SnapshotQueue queue = queue(2, 10);
    queue.add(snapshot(1, 1));
    queue.end(1);

    assertThat(queue.take()).isNotNull();
    assertThat(queue.take()).isNull();
    assertThat(queue.finalEpoch()).isEqualTo(1);
  }
}
