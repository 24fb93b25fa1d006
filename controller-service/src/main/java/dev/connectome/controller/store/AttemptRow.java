package dev.connectome.controller.store;

import dev.connectome.controller.run.Wanted;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of the table of attempts.
 *
 * @param attempt starts at 1
 * @param instanceId identifies the trainer
 * @param endpoint the trainer's control address, once it has registered
 * @param controller the identity of the controller process that supervises the trainer's process;
 *     empty if none does
 * @param process the identity of that process, until its end has been recorded
 * @param terminated whether a launcher told the process to end
 * @param sinceEnd zero until it has ended
 */
public record AttemptRow(
    UUID runUid,
    int attempt,
    String instanceId,
    Optional<String> endpoint,
    Optional<String> controller,
    Optional<String> process,
    Wanted wanted,
    boolean terminated,
    boolean ended,
    Duration sinceEnd) {

  /**
   * The controller that runs a trainer as a process on its own machine.
   *
   * @param host the name of the machine
   * @param controller the identity of the controller process
   */
  public record ProcessOwner(String host, String controller) {}
}
