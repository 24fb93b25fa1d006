package dev.connectome.signature.codec;

import dev.connectome.signature.codec.MalformedRecordException.Defect;
import java.util.UUID;

/** Checks of single fields, each named by its path in the record. */
final class FieldChecks {

  private FieldChecks() {}

  static UUID uid(String field, String value) throws MalformedRecordException {
    try {
      UUID uid = UUID.fromString(value);
      if (uid.toString().equals(value)) {
        return uid;
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    throw new MalformedRecordException(
        Defect.INVALID_FIELD,
        field,
        "%s must be a UUID in its canonical text, not \"%s\"".formatted(field, abbreviate(value)));
  }

  static int atLeast(String field, int least, int value) throws MalformedRecordException {
    if (value < least) {
      throw invalid(field, "%s must be at least %d, not %d".formatted(field, least, value));
    }
    return value;
  }

  static int inRange(String field, int least, int value, int limit)
      throws MalformedRecordException {
    atLeast(field, least, value);
    limit(field, value, limit);
    return value;
  }

  static void limit(String field, long value, long limit) throws MalformedRecordException {
    if (value > limit) {
      throw new MalformedRecordException(
          Defect.LIMIT_EXCEEDED,
          field,
          "%s is %d; this service accepts at most %d".formatted(field, value, limit));
    }
  }

  static MalformedRecordException invalid(String field, String message) {
    return new MalformedRecordException(Defect.INVALID_FIELD, field, message);
  }

  static String abbreviate(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "…";
  }
}
