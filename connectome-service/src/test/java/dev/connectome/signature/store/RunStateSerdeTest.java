package dev.connectome.signature.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.signature.assembly.EpochSet;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.signature.assembly.RunState;
import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.signature.assembly.SignedSnapshots;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.assembly.SnapshotShape;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class RunStateSerdeTest {

  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901234Z");

  private static final int INSTANT_BYTES = Long.BYTES + Integer.BYTES;

  private final RunStateSerde serde = new RunStateSerde();

  @Test
  void aStateComesBackAsItWas() {
    RunState state =
        new RunState(
            3,
            true,
            EpochSet.EMPTY.with(1).with(2).with(70),
            List.of(
                new OpenSnapshot(
                    71,
                    new SnapshotShape(10, 4, 3),
                    List.of(new RowBlock(2, 7, 3), new RowBlock(0, 0, 4)),
                    new SnapshotMetadata(TIME, Map.of("trainLoss", Double.NaN, "größe", 1.5)),
                    TIME.minusSeconds(7)),
                new OpenSnapshot(
                    72, new SnapshotShape(9, 5, 2), List.of(), SnapshotMetadata.NONE, TIME)),
            new SignedSnapshots(List.of(new SignedSnapshot(1, 4), new SignedSnapshot(70, 5))),
            TIME);

    byte[] bytes = serde.serializer().serialize("runs", state);

    assertThat(serde.deserializer().deserialize("runs", bytes)).isEqualTo(state);
  }

  @Test
  void aStateOfTheFirstFormatIsRead() {
    OpenSnapshot open =
        new OpenSnapshot(
            1,
            new SnapshotShape(9, 5, 2),
            List.of(new RowBlock(0, 0, 4)),
            SnapshotMetadata.NONE,
            TIME);
    RunState state =
        new RunState(1, false, EpochSet.EMPTY, List.of(open), SignedSnapshots.NONE, TIME);
    byte[] bytes = serde.serializer().serialize("runs", state);
    bytes[0] = 1;
    // What follows: the number of blocks, a block, no time, no metrics.
    int openedAtEnd = bytes.length - (Integer.BYTES + 3 * Integer.BYTES + 1 + Integer.BYTES);
    byte[] firstFormat = new byte[bytes.length - INSTANT_BYTES];
    System.arraycopy(bytes, 0, firstFormat, 0, openedAtEnd - INSTANT_BYTES);
    System.arraycopy(
        bytes, openedAtEnd, firstFormat, openedAtEnd - INSTANT_BYTES, bytes.length - openedAtEnd);

    assertThat(serde.deserializer().deserialize("runs", firstFormat)).isEqualTo(state);
  }

  @Test
  void theEpochsOfALongAttemptTakeOneBitEach() {
    EpochSet recorded = EpochSet.EMPTY;
    for (int epoch = 1; epoch <= 1000; epoch++) {
      recorded = recorded.with(epoch);
    }
    RunState state = new RunState(1, true, recorded, List.of(), SignedSnapshots.NONE, TIME);

    assertThat(serde.serializer().serialize("runs", state)).hasSizeLessThan(160);
  }

  @Test
  void anUnknownFormatIsRefused() {
    byte[] bytes = serde.serializer().serialize("runs", RunState.begin(1, TIME));
    bytes[0] = 9;

    assertThatThrownBy(() -> serde.deserializer().deserialize("runs", bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("format 9");
  }
}
