package dev.connectome.signature.ingest;

import java.util.HashSet;
import java.util.Set;

/**
 * Puts acknowledgements into the order of the records. The broker may have a later record before an
 * earlier one, when they are of different runs. Not safe for use by several threads at once.
 */
final class AcknowledgementOrder {

  private final Set<Long> early = new HashSet<>();
  private long sent;
  private long acknowledged;

  /**
   * Numbers a record.
   *
   * @return its number, from 1
   */
  long sent() {
    return ++sent;
  }

  /**
   * Takes the broker's acknowledgement of a record.
   *
   * @param number the record's number
   * @return the records that can be acknowledged now in their order: those after {@code from} up to
   *     {@code to}, none if equal
   */
  Range acknowledged(long number) {
    early.add(number);
    long from = acknowledged;
    while (early.remove(acknowledged + 1)) {
      acknowledged++;
    }
    return new Range(from, acknowledged);
  }

  /**
   * Tells whether records are on their way.
   *
   * @return whether a record was sent that is not acknowledged in order
   */
  boolean isWaiting() {
    return acknowledged < sent;
  }

  /**
   * Records that follow each other.
   *
   * @param from the number before the first
   * @param to the number of the last
   */
  record Range(long from, long to) {}
}
