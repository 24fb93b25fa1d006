package dev.connectome.platform;

import org.jspecify.annotations.Nullable;

/** The platform cannot do what was requested; the message says why, and what to do. */
public final class PlatformException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean badInput;

  private PlatformException(boolean badInput, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.badInput = badInput;
  }

  /** The request was wrong: {@code message} names the offending value and the remedy. */
  public static PlatformException badInput(String message) {
    return new PlatformException(true, message, null);
  }

  /** The request was right but could not be carried out. */
  public static PlatformException failed(String message) {
    return new PlatformException(false, message, null);
  }

  /** The request was right but could not be carried out, because of {@code cause}. */
  public static PlatformException failed(String message, Throwable cause) {
    return new PlatformException(false, message, cause);
  }

  /** Whether the request must be changed, rather than tried again. */
  public boolean isBadInput() {
    return badInput;
  }
}
