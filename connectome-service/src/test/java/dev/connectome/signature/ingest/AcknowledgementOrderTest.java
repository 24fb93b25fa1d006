package dev.connectome.signature.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.connectome.signature.ingest.AcknowledgementOrder.Range;
import org.junit.jupiter.api.Test;

class AcknowledgementOrderTest {

  private final AcknowledgementOrder order = new AcknowledgementOrder();

  @Test
  void aLaterRecordWaitsForTheEarlierOnes() {
    long first = order.next();
    long second = order.next();
    long third = order.next();

    assertThat(order.acknowledge(third)).isEqualTo(new Range(0, 0));
    assertThat(order.acknowledge(first)).isEqualTo(new Range(0, 1));
    assertThat(order.isPending()).isTrue();
    assertThat(order.acknowledge(second)).isEqualTo(new Range(1, 3));
    assertThat(order.isPending()).isFalse();
  }
}
