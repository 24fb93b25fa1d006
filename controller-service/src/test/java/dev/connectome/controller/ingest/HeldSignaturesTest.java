package dev.connectome.controller.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.controller.fixture.Signatures;
import dev.connectome.controller.ingest.HeldSignatures.Held;
import dev.connectome.controller.lifecycle.ReceivedSignature;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What is kept in memory of runs for which the database fails, and what is left in Kafka. */
class HeldSignaturesTest {

  private static final TopicPartition FIRST = new TopicPartition("signatures", 0);
  private static final TopicPartition SECOND = new TopicPartition("signatures", 1);
  private static final int MEBIBYTE = 1 << 20;
  private static final byte[] FOUR_MEBIBYTES = new byte[4 * MEBIBYTE];
  private static final byte[] ONE_BYTE = new byte[1];

  private final HeldSignatures held = new HeldSignatures();
  private final UUID run = UUID.randomUUID();

  @Test
  void whatHasNoRoomIsReadAgainOnceItsRunIsReleased() {
    for (int offset = 100; offset < 700; offset++) {
      held.add(record(run, FIRST, offset, ONE_BYTE));
    }
    assertThat(held.of(run)).hasSize(500);
    assertThat(held.committable(Map.of(FIRST, 700L, SECOND, 7L)))
        .isEqualTo(Map.of(FIRST, new OffsetAndMetadata(100), SECOND, new OffsetAndMetadata(7)));

    held.release(run);

    assertThat(held.isEmpty()).isTrue();
    assertThat(held.takeRewinds()).isEqualTo(Map.of(FIRST, 600L));
    assertThat(held.takeRewinds()).isEmpty();
  }

  @Test
  void allRunsTogetherTakeNoMoreBytesThanTheLimitAndTheRestIsNotCommitted() {
    List<UUID> runs = new ArrayList<>();
    for (int offset = 0; offset < 20; offset++) {
      UUID other = UUID.randomUUID();
      runs.add(other);
      held.add(record(other, FIRST, offset, FOUR_MEBIBYTES));
    }
    assertThat(runs.stream().mapToInt(one -> held.of(one).size()).sum()).isEqualTo(16);
    assertThat(held.runs()).isEqualTo(runs);

    runs.subList(0, 16).forEach(held::release);

    assertThat(held.takeRewinds()).isEmpty();
    assertThat(held.committable(Map.of(FIRST, 20L)))
        .isEqualTo(Map.of(FIRST, new OffsetAndMetadata(16)));
    held.add(record(run, FIRST, 20, FOUR_MEBIBYTES));
    assertThat(held.of(run)).hasSize(1);
    held.release(runs.get(18));
    held.release(runs.get(17));
    assertThat(held.takeRewinds()).isEqualTo(Map.of(FIRST, 17L));
  }

  @Test
  void onceARecordIsLeftAllOfItsRunThatFollowAre() {
    held.add(record(run, FIRST, 1, new byte[5 * MEBIBYTE]));
    held.add(record(run, FIRST, 2, new byte[5 * MEBIBYTE]));
    held.add(record(run, FIRST, 3, ONE_BYTE));

    assertThat(held.of(run)).extracting(one -> one.origin().offset()).containsExactly(1L);
    held.release(run);
    assertThat(held.takeRewinds()).isEqualTo(Map.of(FIRST, 2L));
  }

  @Test
  void whatIsReadAgainIsHeldOnce() {
    List.of(5, 6, 3, 5, 6, 7).forEach(offset -> held.add(record(run, FIRST, offset, ONE_BYTE)));

    assertThat(held.of(run)).extracting(one -> one.origin().offset()).containsExactly(5L, 6L, 7L);
  }

  @Test
  void ofPartitionsThatAreGivenAwayNothingIsHeld() {
    UUID other = UUID.randomUUID();
    held.add(record(run, FIRST, 1, new byte[8 * MEBIBYTE]));
    held.add(record(run, FIRST, 2, ONE_BYTE));
    held.add(record(other, FIRST, 3, ONE_BYTE));
    held.add(record(other, SECOND, 1, ONE_BYTE));

    assertThat(held.removeAll(List.of(FIRST))).containsExactly(run);

    assertThat(held.runs()).containsExactly(other);
    assertThat(held.partitions()).containsExactly(SECOND);
    assertThat(held.removeAll(List.of(SECOND))).containsExactly(other);
    assertThat(held.isEmpty()).isTrue();
    assertThat(held.takeRewinds()).isEmpty();
  }

  private static Held record(UUID run, TopicPartition partition, int offset, byte[] record) {
    var numbers =
        ReceivedSignature.of(Signatures.of(run.toString(), 1, 1, 1).toByteArray()).numbers();
    return new Held(
        new ReceivedSignature(run, numbers, record),
        new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, record));
  }
}
