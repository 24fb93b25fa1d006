package dev.connectome.signature.store;

import org.apache.kafka.common.errors.SerializationException;

/** Stored state is in a format of a later version of this service. */
public final class LaterFormatException extends SerializationException {

  private static final long serialVersionUID = 1L;

  LaterFormatException(int found, int known) {
    super(
        "the state of a run is stored in format %d, and this version reads up to %d: start the version that wrote it, or a later one"
            .formatted(found, known));
  }
}
