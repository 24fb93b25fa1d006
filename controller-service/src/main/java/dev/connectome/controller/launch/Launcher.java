package dev.connectome.controller.launch;

import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;

/** Starts trainers and terminates them. */
public interface Launcher extends AutoCloseable {

  /**
   * Checks the settings against the launcher's surroundings. Called once, before {@link #adopt}.
   *
   * @throws IllegalArgumentException if they cannot work; the message is for the operator
   */
  default void validate() {}

  /**
   * Takes over the trainers that an earlier controller started. Called once, before {@link #tick}.
   */
  void adopt();

  /** Starts trainers for pending runs as far as there is room, and reconciles those that exist. */
  void tick();

  /**
   * Terminates a trainer, first with SIGTERM and then by force. Returns false if this launcher does
   * not have it.
   */
  boolean terminate(UUID runUid, int attempt);

  /**
   * Opens the log of a trainer in UTF-8; empty if it is a file of {@link RunFiles} or unknown here.
   *
   * @param follow whether the stream continues until the trainer ends
   */
  default Optional<InputStream> log(UUID runUid, int attempt, boolean follow) {
    return Optional.empty();
  }

  /** Ends all trainers of this process so that their runs can resume from a checkpoint. */
  @Override
  void close();
}
