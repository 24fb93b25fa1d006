package dev.connectome.signature.codec;

/** A record that is not what the contract says. */
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

  /**
   * The kind of defect.
   *
   * @return the defect
   */
  public Defect defect() {
    return defect;
  }

  /**
   * Where the defect is.
   *
   * @return the path of the field from the record, for instance {@code batch.neuron_count}; empty
   *     if it is the whole record
   */
  public String field() {
    return field;
  }

  /**
   * What is wrong, for people.
   *
   * @return a sentence with the values that matter
   */
  public String problem() {
    return problem;
  }

  /** Kinds of defect. */
  public enum Defect {
    /** The bytes are not the message they should be. */
    NOT_PROTOBUF,
    /** The record's key is not the run's uid. */
    KEY_MISMATCH,
    /** A field is missing, out of its range or contradicts another. */
    INVALID_FIELD,
    /** A field is beyond a limit of this service. */
    LIMIT_EXCEEDED
  }
}
