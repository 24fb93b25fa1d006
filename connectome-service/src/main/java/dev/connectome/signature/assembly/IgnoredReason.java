package dev.connectome.signature.assembly;

/** Why a valid record is ignored. */
public enum IgnoredReason {
  /** The epoch already has its signature or failure. */
  ALREADY_RECORDED,
  /** The same batch is already stored. */
  DUPLICATE_BATCH,
  /** The end of an attempt for which nothing is held. */
  NOTHING_HELD
}
