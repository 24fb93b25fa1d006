package dev.connectome.trainer.service.training;

import java.io.IOException;

/** There is not enough space for a checkpoint. Retrying fails until space is freed. */
public final class DiskFullException extends IOException {

  private static final long serialVersionUID = 1L;

  DiskFullException(String message, IOException cause) {
    super(message, cause);
  }
}
