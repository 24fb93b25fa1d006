package dev.connectome.controller.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DeadLettersTest {

  private static final int RECORDS = 100;

  /** Each record for itself would wait for the topic, all of them for minutes. */
  @Test
  @Timeout(60)
  void aTopicThatIsNotThereIsWaitedForOnceAPass() {
    var metrics = new SimpleMeterRegistry();
    try (var deadLetters =
        new DeadLetters(KafkaProperties.of("127.0.0.1:1", Optional.empty()), "none", metrics)) {
      for (int offset = 0; offset < RECORDS; offset++) {
        deadLetters.send(
            new ConsumerRecord<>("signatures", 0, offset, new byte[0], new byte[0]),
            "MALFORMED",
            "of the test");
      }
      deadLetters.flush();
    }
    assertThat(metrics.counter("connectome.signatures.malformed", "reason", "MALFORMED").count())
        .isEqualTo(RECORDS);
  }
}
