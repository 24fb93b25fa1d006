package dev.connectome.signature.assembly;

/** Why a valid record is ignored. */
public enum IgnoredReason {
  /** A newer attempt of the run has begun. */
  OLDER_ATTEMPT,
  /** The epoch already has its signature or failure. */
  ALREADY_RECORDED,
  /** The same batch is already stored. */
  DUPLICATE_BATCH,
  /** The end of the attempt was already announced. */
  DUPLICATE_END
}
