package dev.connectome.signature.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.connectome.signature.assembly.AttemptKey;
import dev.connectome.signature.assembly.AttemptState;
import dev.connectome.signature.assembly.EpochSet;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.signature.assembly.SignedSnapshots;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.assembly.SnapshotShape;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serdes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttemptStateSerdeTest {

  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901234Z");

  private final AttemptStateSerde serde = new AttemptStateSerde();

  @Test
  void aStateComesBackAsItWas() {
    AttemptState state =
        new AttemptState(
            3,
            EpochSet.EMPTY.with(1).with(2).with(70),
            List.of(
                new OpenSnapshot(
                    71,
                    new SnapshotShape(10, 4, 3),
                    List.of(new RowBlock(2, 7, 3), new RowBlock(0, 0, 4)),
                    OptionalInt.of(3),
                    new SnapshotMetadata(TIME, Map.of("trainLoss", Double.NaN, "größe", 1.5)),
                    TIME.minusSeconds(7)),
                new OpenSnapshot(
                    72,
                    new SnapshotShape(9, 5, 2),
                    List.of(),
                    OptionalInt.empty(),
                    SnapshotMetadata.NONE,
                    TIME)),
            new SignedSnapshots(
                List.of(new SignedSnapshot(1, 4, 0), new SignedSnapshot(70, 5, 1000))),
            TIME);

    byte[] bytes = serde.serializer().serialize("runs", state);

    assertThat(serde.deserializer().deserialize("runs", bytes)).isEqualTo(state);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aStateOfAnEarlierFormatIsRead(int version) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(version);
    out.writeInt(5);
    out.writeBoolean(false);
    writeTime(out, TIME);
    out.writeInt(1);
    out.writeByte(0b10);
    out.writeByte(1);
    writeInts(out, 1, 4);
    out.writeByte(1);
    writeInts(out, 2, 9, 5, 2);
    if (version == 2) {
      writeTime(out, TIME.minusSeconds(7));
    }
    writeInts(out, 1, 0, 0, 4);
    out.writeBoolean(false);
    out.writeInt(0);

    OpenSnapshot open =
        new OpenSnapshot(
            2,
            new SnapshotShape(9, 5, 2),
            List.of(new RowBlock(0, 0, 4)),
            OptionalInt.empty(),
            SnapshotMetadata.NONE,
            version == 2 ? TIME.minusSeconds(7) : TIME);
    assertThat(serde.deserializer().deserialize("runs", bytes.toByteArray()))
        .isEqualTo(
            new AttemptState(
                5,
                EpochSet.EMPTY.with(1),
                List.of(open),
                new SignedSnapshots(List.of(new SignedSnapshot(1, 4, 0))),
                TIME));
  }

  @Test
  void aKeyOfTheFormatWithOneAttemptForEachRunIsRead() {
    UUID run = new UUID(7, 1);
    AttemptKeySerde keys = new AttemptKeySerde();
    AttemptKey key = new AttemptKey(run, Integer.MAX_VALUE);

    byte[] bytes = keys.serializer().serialize("runs", key);
    assertThat(keys.deserializer().deserialize("runs", bytes)).isEqualTo(key);
    byte[] earlier = Serdes.UUID().serializer().serialize("runs", run);
    assertThat(keys.deserializer().deserialize("runs", earlier))
        .isEqualTo(AttemptKeySerde.earlier(run));
  }

  private static void writeTime(DataOutputStream out, Instant time) throws IOException {
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
  }

  private static void writeInts(DataOutputStream out, int... values) throws IOException {
    for (int value : values) {
      out.writeInt(value);
    }
  }

  @Test
  void theEpochsOfALongAttemptTakeOneBitEach() {
    EpochSet recorded = EpochSet.EMPTY;
    for (int epoch = 1; epoch <= 1000; epoch++) {
      recorded = recorded.with(epoch);
    }
    AttemptState state = new AttemptState(1, recorded, List.of(), SignedSnapshots.NONE, TIME);

    assertThat(serde.serializer().serialize("runs", state)).hasSizeLessThan(160);
  }

  @Test
  void anUnknownFormatIsRefused() {
    byte[] bytes = serde.serializer().serialize("runs", AttemptState.begin(1, TIME));
    bytes[0] = 9;

    assertThatThrownBy(() -> serde.deserializer().deserialize("runs", bytes))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("format 9");
  }
}
