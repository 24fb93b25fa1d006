package dev.connectome.signature.assembly;

import java.util.BitSet;

/**
 * An immutable set of epochs. It takes one bit an epoch up to the highest, so an attempt of 100,000
 * epochs needs 12.5 KB and an ordinary one a few bytes.
 */
public final class EpochSet {

  /** The empty set. */
  public static final EpochSet EMPTY = new EpochSet(new BitSet());

  private final BitSet epochs;

  private EpochSet(BitSet epochs) {
    this.epochs = epochs;
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @param bytes little-endian bits, bit e standing for epoch e
   * @return the set
   */
  public static EpochSet of(byte[] bytes) {
    return new EpochSet(BitSet.valueOf(bytes));
  }

  /**
   * Writes the set.
   *
   * @return little-endian bits, bit e standing for epoch e, no longer than needed
   */
  public byte[] toBytes() {
    return epochs.toByteArray();
  }

  /**
   * Tells whether an epoch is in the set.
   *
   * @param epoch the epoch, from 1
   * @return whether it is
   */
  public boolean contains(int epoch) {
    return epochs.get(epoch);
  }

  /**
   * Adds an epoch.
   *
   * @param epoch the epoch, from 1
   * @return the set with it
   */
  public EpochSet with(int epoch) {
    BitSet extended = (BitSet) epochs.clone();
    extended.set(epoch);
    return new EpochSet(extended);
  }

  /**
   * Counts the epochs after a given one, but no further than to a bound.
   *
   * @param epoch the epoch
   * @param bound where counting ends
   * @return the number of later epochs in the set, at most {@code bound}
   */
  public int countAfter(int epoch, int bound) {
    int count = 0;
    int next = epochs.nextSetBit(epoch + 1);
    while (next >= 0 && count < bound) {
      count++;
      next = epochs.nextSetBit(next + 1);
    }
    return count;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EpochSet that && epochs.equals(that.epochs);
  }

  @Override
  public int hashCode() {
    return epochs.hashCode();
  }

  @Override
  public String toString() {
    return epochs.toString();
  }
}
