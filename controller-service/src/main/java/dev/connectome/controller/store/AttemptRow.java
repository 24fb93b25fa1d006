package dev.connectome.controller.store;

import java.util.Optional;
import java.util.UUID;

/**
 * An attempt as it is stored.
 *
 * @param runUid the run
 * @param attempt its number, from 1
 * @param instanceId the trainer
 * @param endpoint where the trainer is controlled, once it has registered
 * @param controller the mark of the controller that looks after the trainer's process; empty if no
 *     controller does
 * @param process the mark of that process, until it is known to be gone
 * @param ended whether it has ended
 */
public record AttemptRow(
    UUID runUid,
    int attempt,
    String instanceId,
    Optional<String> endpoint,
    Optional<String> controller,
    Optional<String> process,
    boolean ended) {

  /**
   * Who starts a trainer as a process.
   *
   * @param host what the machine is called
   * @param controller the mark of the controller there
   */
  public record Origin(String host, String controller) {}
}
