package dev.connectome.signature.codec;

/** Thrown for a record that violates the contract. */
public final class MalformedRecordException extends Exception {

  private static final long serialVersionUID = 1L;

  private final Defect defect;
  private final String field;
  private final String problem;

  MalformedRecordException(Defect defect, String field, String message) {
    super(message);
    this.defect = defect;
    this.field = field;
    this.problem = message;
  }

  public Defect defect() {
    return defect;
  }

  /** The path of the field, for instance {@code batch.neuron_count}; empty for the whole record. */
  public String field() {
    return field;
  }

  /** A sentence with the values that matter. */
  public String problem() {
    return problem;
  }

  /** The kind of defect, as error codes and dead letters report it. */
  public enum Defect {
    /** The value is not an {@code ActivationRecord}. */
    NOT_PROTOBUF,
    /** The record's key is not the run's uid. */
    KEY_MISMATCH,
    /** A field is missing, out of range, or contradicts another. */
    INVALID_FIELD,
    /** A field exceeds a limit of this service. */
    LIMIT_EXCEEDED
  }
}
