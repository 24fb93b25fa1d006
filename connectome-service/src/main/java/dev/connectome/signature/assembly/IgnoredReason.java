package dev.connectome.signature.assembly;

/** Why a valid record is ignored. */
public enum IgnoredReason {
  /** A newer attempt of the run has begun. */
  OLDER_ATTEMPT,
  /** Its epoch has its record already. */
  ALREADY_RECORDED,
  /** The same batch waits already for the others of its snapshot. */
  DUPLICATE_BATCH,
  /** The end of the attempt was announced before. */
  DUPLICATE_END
}
