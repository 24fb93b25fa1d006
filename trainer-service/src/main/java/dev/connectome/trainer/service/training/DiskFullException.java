package dev.connectome.trainer.service.training;

import java.io.IOException;

/**
 * There is no room for a checkpoint. Trying again would only fail again until somebody makes some.
 */
public final class DiskFullException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Says what did not fit.
   *
   * @param message what, where, and what helps
   * @param cause what the file system said
   */
  DiskFullException(String message, IOException cause) {
    super(message, cause);
  }
}
