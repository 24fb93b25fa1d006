package dev.connectome.controller.launch;

import dev.connectome.controller.run.LauncherType;
import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes what is observed of attempts what is wanted of them: starts trainers, ends those that are
 * not wanted, and records how they ended.
 */
public interface Launcher extends AutoCloseable {

  /** Whose trainers it has. */
  LauncherType type();

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

  /**
   * Starts trainers for pending runs as far as there is room, and compares wanted with observed.
   */
  void tick();

  /** Deletes what is left of runs that were deleted. Runs beside ticks. */
  default void tidy() {}

  /** Whether a trainer that is not wanted can be ended. */
  enum Ending {
    /** This launcher ends it and records its end, if it has not ended already. */
    YES,
    /** Nobody here can. */
    NO,
    /** Not known yet: the launcher has not seen everything. */
    UNKNOWN
  }

  /**
   * Ends a trainer that is not wanted any more, as {@link #tick} does sooner or later: first with
   * SIGTERM, then by force.
   */
  Ending end(UUID runUid, int attempt);

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
