package dev.connectome.trainer.service.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Lets one trainer at a time write to a run's folder: the one that has taken it last. A trainer
 * that goes on although another has taken over, on a node that was thought lost for instance,
 * writes no more.
 */
final class WriteFence {

  /** Another trainer has taken the folder. */
  static final class TakenException extends IOException {
    private static final long serialVersionUID = 1;

    private TakenException(Path folder) {
      super(
          "another trainer of this run has taken over %s; this one writes no more"
              .formatted(folder));
    }
  }

  private static final String FILE = ".writer";

  private final Path folder;
  private final String writer = UUID.randomUUID().toString();
  private boolean taken;

  WriteFence(Path folder) {
    this.folder = folder;
  }

  /** Identifies this trainer among those that have written to the folder. */
  String writer() {
    return writer;
  }

  /** Takes the folder, which is created if it is missing. */
  void take() throws IOException {
    Files.createDirectories(folder);
    Path part = folder.resolve(FILE + "." + writer);
    Files.writeString(part, writer);
    Files.move(
        part,
        folder.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    taken = true;
  }

  /**
   * Makes sure that the folder is still this trainer's; takes it if it never was.
   *
   * @throws TakenException if another trainer has taken it
   */
  void check() throws IOException {
    if (!taken) {
      take();
      return;
    }
    try {
      if (!Files.readString(folder.resolve(FILE), UTF_8).equals(writer)) {
        throw new TakenException(folder);
      }
    } catch (NoSuchFileException e) {
      // Somebody has emptied the folder, no trainer.
      take();
    }
  }
}
