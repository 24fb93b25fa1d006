package dev.connectome.signature.faults;

import com.google.protobuf.ByteString;
import dev.connectome.protos.activation.v1.ActivationBatch;
import dev.connectome.protos.activation.v1.ActivationRecord;
import dev.connectome.signature.fixture.TestSnapshot;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Generates records that are malformed in various ways. */
final class MalformedRecords {

  private final Random random;

  MalformedRecords(long seed) {
    this.random = new Random(seed);
  }

  ProducerRecord<byte[], byte[]> next(String topic) {
    UUID run = new UUID(random.nextLong(), random.nextLong());
    ActivationBatch good = TestSnapshot.random(run, 1, 1, 4, 3).record().getBatch();
    byte[] key = TestSnapshot.key(run);
    return switch (random.nextInt(8)) {
      case 0 -> new ProducerRecord<>(topic, key, noise());
      case 1 -> new ProducerRecord<>(topic, key, null);
      case 2 -> new ProducerRecord<>(topic, noise(), bytes(good.toBuilder()));
      case 3 -> new ProducerRecord<>(topic, key, bytes(good.toBuilder().setNeuronCount(1 << 30)));
      case 4 -> new ProducerRecord<>(topic, key, bytes(good.toBuilder().setEpoch(-1)));
      case 5 ->
          new ProducerRecord<>(
              topic, key, bytes(good.toBuilder().setValues(ByteString.copyFrom(new byte[7]))));
      case 6 -> new ProducerRecord<>(topic, key, bytes(good.toBuilder().setRunUid("run 1")));
      default ->
          new ProducerRecord<>(topic, key, bytes(good.toBuilder().setSnapshotSamples(1 << 30)));
    };
  }

  /** Begins with a field number that no message has, so that it is never a message by chance. */
  private byte[] noise() {
    byte[] noise = new byte[1 + random.nextInt(200)];
    random.nextBytes(noise);
    noise[0] = 7;
    return noise;
  }

  private static byte[] bytes(ActivationBatch.Builder batch) {
    return ActivationRecord.newBuilder().setBatch(batch).build().toByteArray();
  }
}
