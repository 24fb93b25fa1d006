package dev.connectome.benchmarks.control;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.connectome.benchmarks.harness.TopicReader;
import dev.connectome.protos.signature.v1.SignatureRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records when the signatures that let policies stop runs become readable. */
final class SignatureReadTimes implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final TopicReader reader;
  private final Map<String, SimulatedRun> runs;
  private final Thread thread = new Thread(this::read, "signature-reader");
  private volatile boolean closed;

  /** Reads what is published from now on; {@code runs}, by uid, may grow. */
  SignatureReadTimes(String bootstrapServers, String topic, Map<String, SimulatedRun> runs) {
    this.reader = new TopicReader(bootstrapServers, topic);
    this.runs = runs;
  }

  void start() {
    thread.start();
  }

  private void read() {
    while (!closed) {
      for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
        record(record, Instant.now());
      }
    }
    reader.close();
  }

  private void record(ConsumerRecord<byte[], byte[]> message, Instant now) {
    try {
      SignatureRecord signature = SignatureRecord.parseFrom(message.value());
      SimulatedRun run = runs.get(signature.getRunUid());
      if (run != null && signature.getEpoch() == run.plan().epoch()) {
        run.setReadable(now);
      }
    } catch (InvalidProtocolBufferException foreign) {
      // Others may publish on this topic.
      return;
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
