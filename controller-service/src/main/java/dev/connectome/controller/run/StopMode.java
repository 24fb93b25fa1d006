package dev.connectome.controller.run;

/** How soon a trainer stops, from the least to the most urgent. */
public enum StopMode {
  /** After the current epoch, with a checkpoint. */
  END_OF_EPOCH,
  /** After the current mini-batch, with a checkpoint. */
  GRACEFUL,
  /** At once, without a new checkpoint. */
  IMMEDIATE;

  public boolean isMoreUrgentThan(StopMode other) {
    return compareTo(other) > 0;
  }
}
