package dev.connectome.signature.store;

import dev.connectome.signature.assembly.AttemptState;
import dev.connectome.signature.assembly.EpochSet;
import dev.connectome.signature.assembly.OpenSnapshot;
import dev.connectome.signature.assembly.RowBlock;
import dev.connectome.signature.assembly.SignedSnapshot;
import dev.connectome.signature.assembly.SignedSnapshots;
import dev.connectome.signature.assembly.SnapshotMetadata;
import dev.connectome.signature.assembly.SnapshotShape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * The stored format of an attempt's state; its first byte is the version. Version 1 has no opening
 * time of a snapshot; it is read as the time at which the run was last seen. Versions 1 and 2 know
 * neither last layers nor neighbours. Up to version 3 it was stored whether the attempt had ended.
 */
public final class AttemptStateSerde implements Serde<AttemptState> {

  private static final int VERSION = 4;

  private static final int NO_LAYER = 0;

  @Override
  public Serializer<AttemptState> serializer() {
    return (topic, state) -> state == null ? null : write(state);
  }

  @Override
  public Deserializer<AttemptState> deserializer() {
    return (topic, bytes) -> bytes == null ? null : read(bytes);
  }

  private static byte[] write(AttemptState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeInt(state.attempt());
      writeInstant(out, state.lastSeen());
      byte[] recorded = state.recorded().toBytes();
      out.writeInt(recorded.length);
      out.write(recorded);
      out.writeByte(state.signed().snapshots().size());
      for (SignedSnapshot snapshot : state.signed().snapshots()) {
        out.writeInt(snapshot.epoch());
        out.writeInt(snapshot.neurons());
        out.writeInt(snapshot.inputs());
      }
      out.writeByte(state.open().size());
      for (OpenSnapshot snapshot : state.open()) {
        writeOpen(out, snapshot);
      }
    } catch (IOException e) {
      throw new SerializationException("an attempt's state could not be written", e);
    }
    return bytes.toByteArray();
  }

  private static void writeOpen(DataOutputStream out, OpenSnapshot snapshot) throws IOException {
    out.writeInt(snapshot.epoch());
    out.writeInt(snapshot.shape().samples());
    out.writeInt(snapshot.shape().neurons());
    out.writeInt(snapshot.shape().batches());
    writeInstant(out, snapshot.openedAt());
    out.writeInt(snapshot.lastLayer().orElse(NO_LAYER));
    out.writeInt(snapshot.blocks().size());
    for (RowBlock block : snapshot.blocks()) {
      out.writeInt(block.index());
      out.writeInt(block.firstSample());
      out.writeInt(block.sampleCount());
    }
    Instant capturedAt = snapshot.metadata().capturedAt();
    out.writeBoolean(capturedAt != null);
    if (capturedAt != null) {
      writeInstant(out, capturedAt);
    }
    out.writeInt(snapshot.metadata().metrics().size());
    for (Map.Entry<String, Double> metric : snapshot.metadata().metrics().entrySet()) {
      out.writeUTF(metric.getKey());
      out.writeDouble(metric.getValue());
    }
  }

  private static void writeInstant(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.getEpochSecond());
    out.writeInt(instant.getNano());
  }

  private static AttemptState read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version > VERSION) {
        throw new LaterFormatException(version, VERSION);
      }
      if (version < 1) {
        throw new SerializationException("an attempt's state has format " + version);
      }
      int attempt = in.readInt();
      if (version < 4) {
        in.readBoolean();
      }
      Instant lastSeen = readInstant(in);
      EpochSet recorded = EpochSet.of(in.readNBytes(in.readInt()));
      int signedCount = in.readByte();
      List<SignedSnapshot> signed = new ArrayList<>(signedCount);
      for (int i = 0; i < signedCount; i++) {
        signed.add(new SignedSnapshot(in.readInt(), in.readInt(), version < 3 ? 0 : in.readInt()));
      }
      int openCount = in.readByte();
      List<OpenSnapshot> open = new ArrayList<>(openCount);
      for (int i = 0; i < openCount; i++) {
        open.add(readOpen(in, version, lastSeen));
      }
      return new AttemptState(attempt, recorded, open, new SignedSnapshots(signed), lastSeen);
    } catch (IOException e) {
      throw new SerializationException("an attempt's state could not be read", e);
    }
  }

  private static OpenSnapshot readOpen(DataInputStream in, int version, Instant lastSeen)
      throws IOException {
    int epoch = in.readInt();
    SnapshotShape shape = new SnapshotShape(in.readInt(), in.readInt(), in.readInt());
    Instant openedAt = version < 2 ? lastSeen : readInstant(in);
    int lastLayer = version < 3 ? NO_LAYER : in.readInt();
    int blockCount = in.readInt();
    List<RowBlock> blocks = new ArrayList<>(blockCount);
    for (int i = 0; i < blockCount; i++) {
      blocks.add(new RowBlock(in.readInt(), in.readInt(), in.readInt()));
    }
    @Nullable Instant capturedAt = in.readBoolean() ? readInstant(in) : null;
    int metricCount = in.readInt();
    Map<String, Double> metrics = new HashMap<>();
    for (int i = 0; i < metricCount; i++) {
      metrics.put(in.readUTF(), in.readDouble());
    }
    return new OpenSnapshot(
        epoch,
        shape,
        blocks,
        lastLayer == NO_LAYER ? OptionalInt.empty() : OptionalInt.of(lastLayer),
        new SnapshotMetadata(capturedAt, metrics),
        openedAt);
  }

  private static Instant readInstant(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }
}
