package dev.connectome.trainer.service.training;

import java.io.IOException;
import java.nio.file.Path;

/** A checkpoint was written by a later version. It is not damaged, and must not be lost. */
public final class LaterFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  LaterFormatException(Path checkpoint, int format, int newestRead) {
    super(
        "checkpoint %s has format %d, of a later version; this trainer reads up to %d. Resume the run with a trainer of the version that wrote it; nothing was deleted"
            .formatted(checkpoint, format, newestRead));
  }
}
