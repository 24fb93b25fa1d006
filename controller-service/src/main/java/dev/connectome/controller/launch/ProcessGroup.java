package dev.connectome.controller.launch;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A trainer's process with all that it started: its descendants and, on Linux, what remains of its
 * session once it has ended itself.
 *
 * @param identity the {@link ProcessIdentity} of the first process
 */
record ProcessGroup(String identity) {

  static ProcessGroup of(ProcessHandle first) {
    return new ProcessGroup(ProcessIdentity.of(first));
  }

  boolean isFirstLive() {
    return ProcessIdentity.find(identity).isPresent();
  }

  boolean isLive() {
    return !members().isEmpty();
  }

  /**
   * Terminates the first process, which ends its own as it sees fit; what is left when it has ended
   * itself.
   */
  void terminate() {
    ProcessIdentity.find(identity)
        .ifPresentOrElse(ProcessHandle::destroy, () -> members().forEach(ProcessHandle::destroy));
  }

  void kill() {
    members().forEach(ProcessHandle::destroyForcibly);
  }

  private List<ProcessHandle> members() {
    Set<ProcessHandle> members = new LinkedHashSet<>();
    ProcessIdentity.find(identity)
        .ifPresent(
            first -> {
              members.add(first);
              first.descendants().filter(ProcessIdentity::isLive).forEach(members::add);
            });
    members.addAll(ProcessIdentity.session(identity));
    return List.copyOf(members);
  }
}
