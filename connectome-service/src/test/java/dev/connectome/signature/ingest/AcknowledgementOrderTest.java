package dev.connectome.signature.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.signature.ingest.AcknowledgementOrder.Range;
import org.junit.jupiter.api.Test;

class AcknowledgementOrderTest {

  private final AcknowledgementOrder order = new AcknowledgementOrder();

  @Test
  void aLaterRecordWaitsForTheEarlierOnes() {
    long first = order.sent();
    long second = order.sent();
    long third = order.sent();

    assertThat(order.acknowledged(third)).isEqualTo(new Range(0, 0));
    assertThat(order.acknowledged(first)).isEqualTo(new Range(0, 1));
    assertThat(order.isWaiting()).isTrue();
    assertThat(order.acknowledged(second)).isEqualTo(new Range(1, 3));
    assertThat(order.isWaiting()).isFalse();
  }
}
