package dev.connectome.signature.assembly;

import java.util.BitSet;

/** An immutable set of epochs, one bit for each up to the highest: 12.5 KB for 100,000 epochs. */
public final class EpochSet {

  /** The empty set. */
  public static final EpochSet EMPTY = new EpochSet(new BitSet());

  private final BitSet epochs;

  private EpochSet(BitSet epochs) {
    this.epochs = epochs;
  }

  /** Reads what {@link #toBytes} wrote. */
  public static EpochSet of(byte[] bytes) {
    return new EpochSet(BitSet.valueOf(bytes));
  }

  /** Little-endian bits, bit e for epoch e, no longer than needed. */
  public byte[] toBytes() {
    return epochs.toByteArray();
  }

  public boolean contains(int epoch) {
    return epochs.get(epoch);
  }

  public EpochSet with(int epoch) {
    BitSet extended = (BitSet) epochs.clone();
    extended.set(epoch);
    return new EpochSet(extended);
  }

  /** How many epochs after the given one are in the set, at most {@code bound}. */
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
