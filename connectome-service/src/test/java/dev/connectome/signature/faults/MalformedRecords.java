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

  /** Larger than any topic takes, but not as the broker sees it, compressed. */
  ProducerRecord<byte[], byte[]> huge(String topic) {
    byte[] key = TestSnapshot.key(new UUID(random.nextLong(), random.nextLong()));
    ProducerRecord<byte[], byte[]> huge =
        new ProducerRecord<>(topic, key, new byte[3 * 1024 * 1024]);
    huge.headers().add("baggage", new byte[3 * 1024 * 1024]);
    return huge;
  }

  /** Valid, but for its headers, which go on in the signature, and the time of its capture. */
  ProducerRecord<byte[], byte[]> strange(String topic) {
    UUID run = new UUID(random.nextLong(), random.nextLong());
    ActivationBatch.Builder batch =
        TestSnapshot.random(run, 1, 1, 4, 3).record().getBatch().toBuilder();
    batch.getCapturedAtBuilder().setSeconds(-62_135_596_800L);
    ProducerRecord<byte[], byte[]> strange =
        new ProducerRecord<>(topic, TestSnapshot.key(run), bytes(batch));
    strange.headers().add("baggage", new byte[1_500_000]);
    return strange;
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
