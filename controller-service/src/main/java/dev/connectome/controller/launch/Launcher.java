package dev.connectome.controller.launch;

import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;

/** Starts trainers and, where it must be, ends them. */
public interface Launcher extends AutoCloseable {

  /**
   * Takes up the trainers that were started before and are still there. Called once, before {@link
   * #work}.
   */
  void adopt();

  /** Starts as many trainers as there are runs waiting and room for them. */
  void work();

  /**
   * Ends a trainer by force: politely first, then at once.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @return whether this launcher has such a trainer
   */
  boolean end(UUID runUid, int attempt);

  /**
   * Opens the log of a trainer that writes it anywhere but into a file of {@link RunFiles}.
   *
   * @param runUid the run
   * @param attempt the attempt
   * @param follow whether the log goes on as long as the trainer does
   * @return the log in UTF-8; empty if this launcher has none
   */
  default Optional<InputStream> log(UUID runUid, int attempt, boolean follow) {
    return Optional.empty();
  }

  /**
   * Ends all trainers, so that their runs go on from a checkpoint when somebody starts them again.
   */
  @Override
  void close();
}
