package dev.connectome.trainer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.protos.activation.v1.ActivationRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSenderTest {

  private static final List<ActivationRecord> RECORDS =
      List.of(ActivationRecord.getDefaultInstance());

  private final List<MockProducer<byte[], byte[]>> made = new ArrayList<>();
  private final RecordSender sender = new RecordSender(this::make, "topic", "run");

  private MockProducer<byte[], byte[]> make() {
    var producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    made.add(producer);
    return producer;
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        TopicAuthorizationException.class,
        SaslAuthenticationException.class,
        ProducerFencedException.class
      })
  void afterWhatAProducerDoesNotRecoverFromTheNextRecordsGoToANewOne(
      Class<? extends RuntimeException> failure) throws Exception {
    assertThat(sender.send(RECORDS)).isTrue();
    made.get(0).sendException = failure.getConstructor(String.class).newInstance("refused");

    assertThat(sender.send(RECORDS)).isFalse();

    assertThat(made.get(0).closed()).isTrue();
    assertThat(sender.send(RECORDS)).isTrue();
    assertThat(made).hasSize(2);
    assertThat(made.get(1).history()).hasSize(1);
  }

  @Test
  void whatPassesIsTriedAgainWithTheSameProducer() throws Exception {
    assertThat(sender.send(RECORDS)).isTrue();
    made.get(0).sendException = new TimeoutException("not yet");

    assertThat(sender.send(RECORDS)).isFalse();

    made.get(0).sendException = null;
    assertThat(sender.send(RECORDS)).isTrue();
    assertThat(made).hasSize(1);
  }

  @Test
  void onlyABrokerThatDoesNotAnswerIsCalledUnreachable() {
    assertThat(RecordSender.problem(new TimeoutException("late"), false))
        .isEqualTo("broker unreachable");
    assertThat(RecordSender.problem(new KafkaException("no such host"), false))
        .isEqualTo("broker unreachable");
    assertThat(RecordSender.problem(new TopicAuthorizationException("no"), true))
        .contains("the right to write");
    assertThat(RecordSender.problem(new SaslAuthenticationException("no"), true))
        .contains("credentials");
    assertThat(RecordSender.problem(new ProducerFencedException("lost"), true))
        .isEqualTo("producer failed and is replaced");
  }
}
