package dev.connectome.signature.ingest;

import java.util.HashSet;
import java.util.Set;

/**
 * Restores the order of acknowledgements: the broker may acknowledge records of different runs in
 * any order. Not thread-safe.
 */
final class AcknowledgementOrder {

  private final Set<Long> outOfOrder = new HashSet<>();
  private long sent;
  private long acknowledged;

  /** The number of the next record to be sent, from 1. */
  long next() {
    return ++sent;
  }

  /**
   * Takes the broker's acknowledgement; returns the records that are acknowledged in order by it.
   */
  Range acknowledge(long number) {
    outOfOrder.add(number);
    long from = acknowledged;
    while (outOfOrder.remove(acknowledged + 1)) {
      acknowledged++;
    }
    return new Range(from, acknowledged);
  }

  /** Whether a record was sent that is not acknowledged in order yet. */
  boolean isPending() {
    return acknowledged < sent;
  }

  /** The records after {@code from} up to {@code to}; none if both are equal. */
  record Range(long from, long to) {}
}
