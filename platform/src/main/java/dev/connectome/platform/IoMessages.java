package dev.connectome.platform;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** Words for errors whose own message is only a path. */
public final class IoMessages {
  private IoMessages() {}

  /**
   * Says what went wrong.
   *
   * @param error the error
   * @return a phrase for people
   */
  public static String of(IOException error) {
    if (error instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile();
    }
    if (error instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist";
    }
    if (error instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " exists and is not a directory";
    }
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }
}
